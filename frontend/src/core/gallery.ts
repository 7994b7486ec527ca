import type { ImageFacts, Label, Problem } from "../messages";

/** An image that was chosen, and what models found in it. */
export interface GalleryImage {
  readonly id: number;
  readonly name: string;
  /** Where it comes from; kept in place of a decoded picture, so that hundreds fit into memory. */
  readonly file: File;
  readonly preparation: Preparation;
  /** By the model's ARN. */
  readonly runs: ReadonlyMap<string, Run>;
}

export type Preparation =
  | { readonly status: "queued" | "preparing" }
  | { readonly status: "ready"; readonly facts: ImageFacts; /** Object URL. */ readonly thumbnail: string }
  | { readonly status: "failed"; readonly problem: Problem };

/** One detection: an image and a model. */
export type Run =
  | { readonly status: "queued" | "detecting" }
  | {
      readonly status: "done";
      /** The most certain first. */
      readonly labels: readonly Label[];
    }
  | { readonly status: "failed"; readonly problem: Problem };

/** The images that all pages work on. */
export interface Gallery {
  readonly images: readonly GalleryImage[];
  /** The image that is shown large; null when there is none. */
  readonly selected: number | null;
  /** Colour number by label name. */
  readonly colors: ReadonlyMap<string, number>;
  /** Labels below this confidence, in percent, are not shown. */
  readonly threshold: number;
  /** Whether the queue stands still until it is let go on. */
  readonly held: boolean;
}

export type GalleryAction =
  | { readonly type: "add"; readonly images: readonly { readonly id: number; readonly file: File }[] }
  | { readonly type: "clear" }
  | { readonly type: "select"; readonly id: number }
  | { readonly type: "hold"; readonly held: boolean }
  | { readonly type: "preparation"; readonly id: number; readonly preparation: Preparation }
  /** Null takes a run back that nobody waits for any more. */
  | { readonly type: "run"; readonly id: number; readonly model: string; readonly run: Run | null };

export const EMPTY: Gallery = { images: [], selected: null, colors: new Map(), threshold: 50, held: false };

export function findImage({ images }: Gallery, id: number | null): GalleryImage | undefined {
  return images.find((image) => image.id === id);
}

/** What a model found in an image, the most certain first; null until it has answered. */
export function labelsOf(image: GalleryImage | undefined, model: string | null): readonly Label[] | null {
  const run = model === null ? undefined : image?.runs.get(model);
  return run?.status === "done" ? run.labels : null;
}

/** Why an image has no labels of a model: it cannot be used, or the detection failed. */
export function problemOf(image: GalleryImage | undefined, model: string | null): Problem | null {
  if (image?.preparation.status === "failed") return image.preparation.problem;
  const run = model === null ? undefined : image?.runs.get(model);
  return run?.status === "failed" ? run.problem : null;
}
