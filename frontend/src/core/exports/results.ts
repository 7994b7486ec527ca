import type { ImageFacts, Label } from "../../messages";
import { type Gallery, labelsOf, problemOf } from "../gallery";
import { toPixels } from "../geometry";
import { manifestLine } from "../manifest-lines";

/** What became of one image. */
export interface Result {
  readonly image: string;
  /** Null for an image that could not be prepared. */
  readonly facts: ImageFacts | null;
  /** At or above the threshold, the most certain first; null where there is no answer. */
  readonly labels: readonly Label[] | null;
  /** Why there is none; null while nothing has failed. */
  readonly problem: string | null;
}

/** Where results come from. */
export interface Source {
  /** The model's ARN. */
  readonly model: string;
  /** In percent. */
  readonly threshold: number;
}

/** What a model found in each of the images, in their order. */
export function resultsOf(gallery: Gallery, model: string): readonly Result[] {
  return gallery.images.map((image) => ({
    image: image.name,
    facts: image.preparation.status === "ready" ? image.preparation.facts : null,
    labels: labelsOf(image, model)?.filter(({ confidence }) => confidence >= gallery.threshold) ?? null,
    problem: problemOf(image, model)?.sentence ?? null,
  }));
}

/** Labels in the words of Rekognition's API. */
export function customLabels(labels: readonly Label[]): readonly object[] {
  return labels.map(({ name, confidence, box }) => ({
    Name: name,
    Confidence: confidence,
    ...(box && {
      Geometry: { BoundingBox: { Width: box.width, Height: box.height, Left: box.left, Top: box.top } },
    }),
  }));
}

/** All results as JSON; labels are as Rekognition writes them, boxes in shares of the image's sides. */
export function toJson(results: readonly Result[], { model, threshold }: Source): string {
  const images = results.map(({ image, facts, labels, problem }) => ({
    image,
    ...(facts && { width: facts.originalWidth, height: facts.originalHeight }),
    ...(labels && { CustomLabels: customLabels(labels) }),
    ...(problem !== null && { problem }),
  }));
  return `${JSON.stringify({ ProjectVersionArn: model, threshold, images }, null, 2)}\n`;
}

const COLUMNS = ["image", "model", "label", "confidence", "left", "top", "width", "height", "problem"];

/** All results as CSV (RFC 4180), one line a label; boxes in pixels of the image file, seen upright. */
export function toCsv(results: readonly Result[], { model }: Source): string {
  const lines = results.flatMap(({ image, facts, labels, problem }) => {
    // An image without labels keeps a line: none is lost on the way.
    if (facts === null || labels === null || labels.length === 0) {
      return [[image, model, null, null, null, null, null, null, problem]];
    }
    return labels.map(({ name, confidence, box }) => {
      const place = box && toPixels(box, facts.originalWidth, facts.originalHeight);
      const pixels = place
        ? [place.x, place.y, place.width, place.height].map(Math.round)
        : [null, null, null, null];
      return [image, model, name, Number(confidence.toFixed(4)), ...pixels, null];
    });
  });
  return [COLUMNS, ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet would take such a text for a formula, and run it.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Results as lines of a SageMaker Ground Truth manifest, marked as made by a machine.
 *
 * @param prefix what stands before the files' names in `source-ref`, such as `s3://bucket/images/`; may be empty.
 */
export function toManifest(
  results: readonly Result[],
  { prefix, model, at }: { prefix: string; model: string; at: Date },
): string {
  const start = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return results
    .flatMap(({ image, facts, labels }) => {
      if (facts === null || labels === null) return [];
      const size = { width: facts.originalWidth, height: facts.originalHeight };
      const labelled = { source: `${start}${image}`, size, labels };
      return `${manifestLine(labelled, { human: false, job: model, at })}\n`;
    })
    .join("");
}

/** Say in one sentence why a text cannot stand before the names in a manifest; null when it can. */
export function prefixProblem(prefix: string): string | null {
  if (prefix === "" || /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/|$)/.test(prefix)) return null;
  return `“${prefix}” is not a place in S3; write it like s3://bucket/images/, or leave it empty.`;
}
