import type { Label } from "../messages";
import { type RatioBox, toPixels } from "./geometry";
import { MAX_SIDE, type Size } from "./image-plan";
import { leastSide, manifestLine, MOST_BOXES, MOST_IMAGE_LABELS } from "./manifest-lines";

/** A label that a person looks at: with a box, or of the whole image. */
export interface Mark {
  /** No other mark of any image has it. */
  readonly id: number;
  readonly name: string;
  /** Inside the image. Null for a label of the whole image. */
  readonly box: RatioBox | null;
}

/** The file that is corrected. */
export interface Subject {
  /** The file's name, below the folder that was chosen if it was one. */
  readonly path: string;
  /** The file's media type. */
  readonly type: string;
  /** In pixels, upright. */
  readonly size: Size;
  /** The file's EXIF orientation, 1 to 8. */
  readonly orientation: number;
}

/** Marks as they were at one time; null while the image shows what a model found. */
type Step = readonly Mark[] | null;

/** One image's marks, with all that was done to them. */
export interface Correction {
  readonly subject: Subject;
  readonly marks: Step;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  /** The mark that the last change nudged: another nudge is undone together with it. */
  readonly nudged: number | null;
}

/** Corrections by the image's id; they outlive the image's place in the gallery. */
export type Corrections = ReadonlyMap<number, Correction>;

export type Edit =
  /** The marks are right as they are. */
  | { readonly type: "accept" }
  | { readonly type: "add"; readonly mark: Mark }
  | { readonly type: "delete"; readonly id: number }
  | { readonly type: "rename"; readonly id: number; readonly name: string }
  /** `nudge`: one of several small steps. */
  | { readonly type: "place"; readonly id: number; readonly box: RatioBox; readonly nudge: boolean }
  | { readonly type: "start-over" }
  | { readonly type: "undo" }
  | { readonly type: "redo" };

/**
 * Change the marks of one image.
 *
 * @param shown the marks that the person sees, which are the model's until the first change.
 */
export function edit(
  corrections: Corrections,
  image: number,
  subject: Subject,
  shown: readonly Mark[],
  change: Edit,
): Corrections {
  const before = corrections.get(image) ?? { subject, marks: null, past: [], future: [], nudged: null };
  const after = changed(before, shown, change);
  return after === before ? corrections : new Map(corrections).set(image, after);
}

function changed(correction: Correction, shown: readonly Mark[], change: Edit): Correction {
  const { marks, past, future } = correction;
  switch (change.type) {
    case "undo":
      return past.length === 0
        ? correction
        : {
            ...correction,
            marks: past.at(-1) ?? null,
            past: past.slice(0, -1),
            future: [marks, ...future],
            nudged: null,
          };
    case "redo":
      return future.length === 0
        ? correction
        : {
            ...correction,
            marks: future[0] ?? null,
            past: [...past, marks],
            future: future.slice(1),
            nudged: null,
          };
    case "accept":
      return marks === null ? stepped(correction, shown) : correction;
    case "start-over":
      return marks === null ? correction : stepped(correction, null);
    case "add":
      return stepped(correction, [...shown, change.mark]);
    case "delete":
      return stepped(
        correction,
        shown.filter(({ id }) => id !== change.id),
      );
    case "rename":
      return stepped(correction, replaced(shown, change.id, { name: change.name }));
    case "place": {
      const placed = replaced(shown, change.id, { box: change.box });
      const nudged = change.nudge ? change.id : null;
      // One undo takes back all nudges of a mark that followed each other.
      if (nudged !== null && correction.nudged === nudged)
        return { ...correction, marks: placed, future: [] };
      return { ...stepped(correction, placed), nudged };
    }
  }
}

function stepped(correction: Correction, marks: Step): Correction {
  return { ...correction, marks, past: [...correction.past, correction.marks], future: [], nudged: null };
}

function replaced(marks: readonly Mark[], id: number, change: Partial<Mark>): readonly Mark[] {
  return marks.map((mark) => (mark.id === id ? { ...mark, ...change } : mark));
}

/**
 * A model's labels at or above a threshold, as marks; boxes are cut to the image, and left out if nothing remains.
 *
 * @param first the first mark's id; the others follow, one for each label, also of those left out.
 */
export function marksOf(labels: readonly Label[], threshold: number, first: number): readonly Mark[] {
  return labels.flatMap(({ name, confidence, box }, index): readonly Mark[] => {
    if (confidence < threshold) return [];
    const id = first + index;
    if (box === null) return [{ id, name, box }];
    const { x, y, width, height } = toPixels(box, 1, 1);
    return width > 0 && height > 0 ? [{ id, name, box: { left: x, top: y, width, height } }] : [];
  });
}

/** The box moved by shares of the image's sides, as far as the image goes. */
export function moved(box: RatioBox, right: number, down: number): RatioBox {
  return {
    ...box,
    left: between(0, box.left + right, 1 - box.width),
    top: between(0, box.top + down, 1 - box.height),
  };
}

/** Corners and edges of a box that can be dragged: any of n, s, e and w that touch there. */
export type Handle = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w";

/** The box with an edge or corner moved by shares of the image's sides; it may turn over, but stays large enough. */
export function resized(box: RatioBox, handle: Handle, right: number, down: number, size: Size): RatioBox {
  const west = handle.includes("w") ? right : 0;
  const east = handle.includes("e") ? right : 0;
  const north = handle.startsWith("n") ? down : 0;
  const south = handle.startsWith("s") ? down : 0;
  return spanned(
    box.left + west,
    box.top + north,
    box.left + box.width + east,
    box.top + box.height + south,
    size,
  );
}

/** The box between two corners, in any order, inside the image and large enough to be learned from. */
export function spanned(x: number, y: number, otherX: number, otherY: number, size: Size): RatioBox {
  const least = leastSide(size);
  const [left, width] = stretch(x, otherX, least / size.width);
  const [top, height] = stretch(y, otherY, least / size.height);
  return { left, top, width, height };
}

function stretch(one: number, other: number, least: number): readonly [start: number, length: number] {
  const [from, to] = [between(0, Math.min(one, other), 1), between(0, Math.max(one, other), 1)];
  const length = Math.max(least, to - from);
  return [Math.min(from, 1 - length), length];
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** The images that a person has changed or found right. */
export function corrected(corrections: Corrections): readonly Correction[] {
  return [...corrections.values()].filter(({ marks }) => marks !== null);
}

/** The names of all marks. */
export function namesIn(corrections: Corrections): readonly string[] {
  return [...corrections.values()].flatMap(({ marks }) => (marks ?? []).map(({ name }) => name));
}

/** Whether anything would be lost that no export has. */
export function isUnsaved(corrections: Corrections, exported: Corrections): boolean {
  return [...corrections].some(
    ([image, { marks }]) => marks !== null && marks !== exported.get(image)?.marks,
  );
}

/** The corrections as a Ground Truth manifest. */
export function correctionsManifest(corrections: Corrections, location: string, at: Date): string {
  const lines = corrected(corrections).map(({ subject, marks }) =>
    manifestLine(
      {
        source: source(subject, location),
        size: subject.size,
        labels: (marks ?? []).map(({ name, box }) => ({ name, box, confidence: 100 })),
      },
      { human: true, job: "corrections", at },
    ),
  );
  return lines.map((line) => `${line}\n`).join("");
}

function source({ path }: Subject, location: string): string {
  return location === "" ? path : `${location.replace(/\/*$/, "/")}${path}`;
}

/** Say in one sentence why the place where the images are cannot be right; null when it can, or is empty. */
export function locationProblem(location: string): string | null {
  if (location === "" || /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(location)) return null;
  return `“${location}” is no place in S3; write it like s3://my-bucket/photos, or leave it empty.`;
}

/** Say why a dataset will not take some of the corrected images as they are, one sentence a reason. */
export function importProblems(corrections: Corrections, location: string): readonly string[] {
  const images = corrected(corrections);
  const subjects = images.map(({ subject }) => subject);
  const full = images.filter(
    ({ marks }) => count(marks, true) > MOST_BOXES || count(marks, false) > MOST_IMAGE_LABELS,
  );
  const paths = subjects.map(({ path }) => path);
  const twice = [...new Set(paths.filter((path, index) => paths.indexOf(path) !== index))];
  const unread = subjects.filter(({ type }) => type !== "image/jpeg" && type !== "image/png");
  const large = subjects.filter(({ size }) => Math.max(size.width, size.height) > MAX_SIDE);
  const turned = location === "" ? [] : subjects.filter(({ orientation }) => orientation !== 1);
  return [
    ...reason(twice, "is the name of several corrected images; a dataset takes one of each."),
    ...reason(pathsOf(unread), "is neither JPEG nor PNG, which datasets need."),
    ...reason(pathsOf(large), `has more than ${MAX_SIDE} pixels on a side, which datasets refuse.`),
    ...reason(
      pathsOf(full.map(({ subject }) => subject)),
      `has more labels than the ${MOST_BOXES} boxes and ${MOST_IMAGE_LABELS} labels of the whole image that datasets take; the first are written.`,
    ),
    ...reason(
      pathsOf(turned),
      "is stored on its side, with a note that turns it; boxes are for the upright image, so store it upright in S3.",
    ),
  ];
}

function count(marks: Step, boxed: boolean): number {
  return (marks ?? []).filter(({ box }) => (box !== null) === boxed).length;
}

function pathsOf(subjects: readonly Subject[]): readonly string[] {
  return subjects.map(({ path }) => path);
}

function reason(paths: readonly string[], why: string): readonly string[] {
  const [first] = paths;
  if (first === undefined) return [];
  return [`“${first}”${paths.length === 1 ? "" : ` and ${paths.length - 1} more`}: ${why}`];
}
