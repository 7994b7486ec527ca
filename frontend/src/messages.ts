import type { Project } from "./core/catalog";
import type { RatioBox } from "./core/geometry";
import type { Settings } from "./core/settings";

/** An image as it is sent and shown. */
export interface PreparedImage {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
  /** What was done to the file, in a few words. */
  readonly note: string;
}

export interface Label {
  readonly name: string;
  /** In percent. */
  readonly confidence: number;
  /** Null for a label of the whole image. */
  readonly box: RatioBox | null;
}

/** Why a job failed, told to a person. */
export interface Problem {
  /** One sentence: what was wrong, what it means here, what to do. */
  readonly sentence: string;
  /** The service's own words, where there are any. */
  readonly detail: string | null;
  /** Whether the same job may succeed when tried again. */
  readonly retry: boolean;
}

/** The worker's jobs: what each is asked, what it reports on the way, and its answer. */
export interface Jobs {
  list: { ask: object; progress: { project: Project; of: number }; answer: readonly string[] };
  prepare: { ask: { file: File }; progress: never; answer: PreparedImage };
  detect: { ask: { model: string; image: Blob }; progress: never; answer: readonly Label[] };
}

export type JobKind = keyof Jobs;
export type AskFor<Kind extends JobKind> = { readonly kind: Kind } & Jobs[Kind]["ask"];
export type Ask = { [Kind in JobKind]: AskFor<Kind> }[JobKind];

export type ToWorker =
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "ask"; readonly id: number; readonly ask: Ask }
  | { readonly type: "abort"; readonly id: number };

export type FromWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: Jobs[JobKind]["progress"] }
  | { readonly type: "answer"; readonly id: number; readonly answer: Jobs[JobKind]["answer"] }
  | { readonly type: "problem"; readonly id: number; readonly problem: Problem };
