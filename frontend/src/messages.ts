import type { Project } from "./core/catalog";
import type { RatioBox } from "./core/geometry";
import type { Role } from "./core/permissions";
import type { Passing } from "./core/service-error";
import type { Settings } from "./core/settings";

/** What is known of an image that has been prepared. */
export interface ImageFacts {
  /** Of the image that is sent and shown, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Of the file, in pixels and upright: with its EXIF orientation applied. */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** The file's EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** Of the image that is sent. */
  readonly bytes: number;
  /** What was done to the file, in a few words. */
  readonly note: string;
}

/** An image as it is sent and shown. */
export interface PreparedImage extends ImageFacts {
  readonly blob: Blob;
  /** A small JPEG of it. */
  readonly thumbnail: Blob;
}

export interface Label {
  readonly name: string;
  /** In percent. */
  readonly confidence: number;
  /** Null for a label of the whole image. */
  readonly box: RatioBox | null;
}

/** A label and the CSS colour to draw it in. */
export interface PaintedLabel extends Label {
  readonly color: string;
}

/** Why a job failed, told to a person. */
export interface Problem {
  /** One sentence: what was wrong, what it means here, what to do. */
  readonly sentence: string;
  /** The service's own words, where there are any. */
  readonly detail: string | null;
  /** Whether the same job may succeed when tried again. */
  readonly retry: boolean;
  readonly passing?: Passing;
  /** The form of the sign-in where the person can go on, if it is another one. */
  readonly form?: SignInForm;
}

/** What the sign-in asks for. */
export type SignInForm = "password" | "new-password" | "code" | "forgot" | "reset";

/** Somebody who has signed in. */
export interface Person {
  readonly email: string;
  readonly role: Exclude<Role, "guest">;
  /** Whether the account asks for an authenticator app's code. */
  readonly authenticator: boolean;
}

/** How a sign-in goes on: with a question, or with the person known. */
export type SignInReply = { readonly ask: "new-password" | "code" } | { readonly person: Person };

/** The jobs of every worker: what each is asked, what it reports on the way, and its answer. */
export interface ViewingJobs {
  /** Lists all projects, or only those with these ARNs; the answer is their names. */
  list: {
    ask: { arns: readonly string[] | null };
    progress: { project: Project; of: number };
    answer: readonly string[];
  };
  prepare: { ask: { file: File }; progress: never; answer: PreparedImage };
  /** The answer is a PNG. */
  annotate: { ask: { image: Blob; labels: readonly PaintedLabel[] }; progress: never; answer: Blob };
  detect: { ask: { model: string; image: Blob }; progress: never; answer: readonly Label[] };
}

/** The jobs of the worker for people who sign in. */
export interface MemberJobs {
  signIn: { ask: { email: string; password: string }; progress: never; answer: SignInReply };
  newPassword: { ask: { password: string }; progress: never; answer: SignInReply };
  code: { ask: { code: string }; progress: never; answer: SignInReply };
  forgot: { ask: { email: string }; progress: never; answer: null };
  reset: {
    ask: { email: string; code: string; password: string };
    progress: never;
    answer: SignInReply;
  };
  /** The answer is the key for the authenticator app, in base 32. */
  authenticatorKey: { ask: object; progress: never; answer: string };
  authenticatorOn: { ask: { code: string }; progress: never; answer: Person };
  authenticatorOff: { ask: object; progress: never; answer: Person };
  signOut: { ask: object; progress: never; answer: null };
  /** The answer of `start` and `stop` is the model's new status; no maximum is null. */
  start: {
    ask: { model: string; inferenceUnits: number; maxInferenceUnits: number | null; minutes: number };
    progress: never;
    answer: string;
  };
  stop: { ask: { model: string }; progress: never; answer: string };
  /** Moves the end of a running model's lease, given in milliseconds since 1970 by this device's clock. */
  extend: { ask: { model: string; stopAt: number }; progress: never; answer: null };
}

export type Jobs = ViewingJobs & MemberJobs;
export type JobKind = keyof Jobs;
export type AskFor<Kind extends JobKind> = { readonly kind: Kind } & Jobs[Kind]["ask"];
export type Ask<Kind extends JobKind = JobKind> = { [Each in Kind]: AskFor<Each> }[Kind];

export type ToWorker =
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "ask"; readonly id: number; readonly ask: Ask }
  | { readonly type: "abort"; readonly id: number };

export type FromWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: Jobs[JobKind]["progress"] }
  | { readonly type: "answer"; readonly id: number; readonly answer: Jobs[JobKind]["answer"] }
  | { readonly type: "problem"; readonly id: number; readonly problem: Problem }
  | FromMemberWorker;

/** What the worker for people who sign in tells without being asked. */
export type FromMemberWorker =
  | { readonly type: "person"; readonly person: Person }
  | { readonly type: "ended"; readonly problem: Problem };
