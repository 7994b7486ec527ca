import type { Label } from "../messages";
import type { RatioBox } from "./geometry";

/** Boxes that share at least this much of what they cover together are of the same thing. */
export const SAME_BOX = 0.5;

/** What two models say about one thing in an image: both, or only one of them. */
export type Match =
  | { readonly kind: "both"; readonly a: Label; readonly b: Label }
  | { readonly kind: "a"; readonly a: Label }
  | { readonly kind: "b"; readonly b: Label };

/**
 * Say what of two models' labels of one image agrees.
 *
 * Labels agree that have the same name and either overlapping boxes or no box at all. Each label agrees with one other
 * at most; the pairs that overlap most are made first.
 *
 * @returns every label once: those of both models first, then what only one of them found, each by confidence.
 */
export function compareLabels(a: readonly Label[], b: readonly Label[]): readonly Match[] {
  const pairs = a
    .flatMap((one, i) => b.map((other, j) => ({ i, j, overlap: agreement(one, other) })))
    .filter(({ overlap }) => overlap >= SAME_BOX)
    .sort((one, other) => other.overlap - one.overlap);
  const partner = new Map<number, number>();
  const taken = new Set<number>();
  for (const { i, j } of pairs) {
    if (partner.has(i) || taken.has(j)) continue;
    partner.set(i, j);
    taken.add(j);
  }
  const of = (match: Match) =>
    Math.max("a" in match ? match.a.confidence : 0, "b" in match ? match.b.confidence : 0);
  const both: Match[] = [];
  const onlyA: Match[] = [];
  for (const [i, one] of a.entries()) {
    const other = b[partner.get(i) ?? -1];
    if (other === undefined) onlyA.push({ kind: "a", a: one });
    else both.push({ kind: "both", a: one, b: other });
  }
  const onlyB: Match[] = b.flatMap((one, j) => (taken.has(j) ? [] : [{ kind: "b", b: one }]));
  return [both, onlyA, onlyB].flatMap((kind) => kind.sort((one, other) => of(other) - of(one)));
}

/** How sure it is that two labels are of the same thing, 0 to 1. */
function agreement(one: Label, other: Label): number {
  if (one.name !== other.name) return 0;
  if (one.box === null || other.box === null) return one.box === other.box ? 1 : 0;
  return overlap(one.box, other.box);
}

/** Intersection over union of two boxes, 0 to 1. */
export function overlap(one: RatioBox, other: RatioBox): number {
  const width = shared(one.left, one.width, other.left, other.width);
  const height = shared(one.top, one.height, other.top, other.height);
  const intersection = width * height;
  const union = area(one) + area(other) - intersection;
  return union > 0 ? intersection / union : 0;
}

function shared(start: number, length: number, otherStart: number, otherLength: number): number {
  return Math.max(0, Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart));
}

function area({ width, height }: RatioBox): number {
  return Math.max(0, width) * Math.max(0, height);
}

/** What a comparison over several images comes to. */
export interface Summary {
  readonly images: number;
  readonly agreements: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Mean confidence of each model's labels, in percent; null without labels. */
  readonly meanA: number | null;
  readonly meanB: number | null;
}

/** Sum up the comparisons of several images. */
export function summarize(images: readonly (readonly Match[])[]): Summary {
  const matches = images.flat();
  const count = (kind: Match["kind"]) => matches.filter((match) => match.kind === kind).length;
  return {
    images: images.length,
    agreements: count("both"),
    onlyA: count("a"),
    onlyB: count("b"),
    meanA: mean(matches.flatMap((match) => ("a" in match ? [match.a.confidence] : []))),
    meanB: mean(matches.flatMap((match) => ("b" in match ? [match.b.confidence] : []))),
  };
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** A difference of confidence as people read it: "+3.2", "−0.4", "0.0". */
export function signed(difference: number): string {
  const text = Math.abs(difference).toFixed(1);
  return text === "0.0" ? text : `${difference > 0 ? "+" : "−"}${text}`;
}
