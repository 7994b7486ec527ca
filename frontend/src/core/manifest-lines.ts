import type { Label } from "../messages";
import { type RatioBox, toPixels } from "./geometry";
import type { Size } from "./image-plan";

/** Boxes, and labels of the whole image, that a dataset takes for one image. */
export const MOST_BOXES = 50;
export const MOST_IMAGE_LABELS = 50;
const MOST_NAME_LETTERS = 255;
/** Training shrinks images whose longer side has more pixels, and their boxes with them. */
const TRAINING_SIDE = 1280;

export interface LabelledImage {
  /** `s3://BUCKET/KEY`, or the name of a file that lies beside the manifest. */
  readonly source: string;
  /** Of the image file in pixels, seen upright: boxes are said in these. */
  readonly size: Size;
  readonly labels: readonly Label[];
}

export interface Annotator {
  /** Whether a person has looked at every label. */
  readonly human: boolean;
  readonly job: string;
  /** When the labels were made. */
  readonly at: Date;
}

/** A box in whole pixels, as a manifest has it. */
export interface ManifestBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Write an image and its labels as a line of a SageMaker Ground Truth manifest, without the line's end.
 *
 * Boxes that do not reach into the image are left out, and beyond what a dataset takes the least certain labels.
 * An image without labels keeps its line: in a dataset it takes the place of one with wrong labels.
 */
export function manifestLine({ source, size, labels }: LabelledImage, { human, job, at }: Annotator): string {
  const certain = labels.toSorted((one, other) => other.confidence - one.confidence);
  const boxed = certain
    .flatMap(({ name, confidence, box }) => {
      const placed = box === null ? null : manifestBox(box, size);
      return placed === null ? [] : [{ name, confidence, box: placed }];
    })
    .slice(0, MOST_BOXES);
  const ofImage = certain.filter(({ box }) => box === null).slice(0, MOST_IMAGE_LABELS);
  const made = {
    "human-annotated": human ? "yes" : "no",
    "creation-date": at.toISOString().slice(0, 19),
    "job-name": job,
  };
  const line: Record<string, unknown> = { "source-ref": source };
  if (boxed.length > 0 || ofImage.length === 0) {
    const names = [...new Set(boxed.map(({ name }) => name))].sort();
    line["bounding-box"] = {
      image_size: [{ width: size.width, height: size.height, depth: 3 }],
      annotations: boxed.map(({ name, box }) => ({ class_id: names.indexOf(name), ...box })),
    };
    line["bounding-box-metadata"] = {
      objects: boxed.map(({ confidence }) => ({ confidence: share(confidence) })),
      "class-map": Object.fromEntries(names.map((name, id) => [id, name])),
      type: "groundtruth/object-detection",
      ...made,
    };
  }
  for (const [index, { name, confidence }] of ofImage.entries()) {
    line[`label-${index}`] = 1;
    line[`label-${index}-metadata`] = {
      confidence: share(confidence),
      "class-name": name,
      type: "groundtruth/image-classification",
      ...made,
    };
  }
  return JSON.stringify(line);
}

/**
 * Place a box on an image's whole pixels, inside the image and large enough to be learned from.
 *
 * @returns null for a box that does not reach into the image.
 */
export function manifestBox(box: RatioBox, size: Size): ManifestBox | null {
  const { x, y, width, height } = toPixels(box, size.width, size.height);
  if (!(width > 0 && height > 0)) return null;
  const least = leastSide(size);
  const [left, right] = wholePixels(x, x + width, least, size.width);
  const [top, bottom] = wholePixels(y, y + height, least, size.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** The fewest pixels of a box's side that are still more than one when training has shrunk the image. */
export function leastSide({ width, height }: Size): number {
  return Math.max(2, Math.floor(Math.max(width, height) / TRAINING_SIDE) + 1);
}

function wholePixels(from: number, to: number, least: number, end: number): readonly [number, number] {
  const start = Math.min(Math.round(from), end - least);
  return [start, Math.max(Math.round(to), start + least)];
}

/** Say in one sentence why a text cannot be a label's name in a dataset; null when it can. */
export function nameProblem(name: string): string | null {
  if (name.trim() === "") return "A label needs a name.";
  if ([...name].length > MOST_NAME_LETTERS)
    return `A label's name has at most ${MOST_NAME_LETTERS} characters.`;
  // Control characters, and white space that is not a blank.
  if (/\p{C}|(?! )\p{Z}/u.test(name))
    return "A label's name has only characters that can be seen, and blanks.";
  return null;
}

function share(percent: number): number {
  return Math.min(1, Math.max(0, Math.round(percent * 100) / 10_000));
}
