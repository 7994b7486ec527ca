import { expect, test } from "vitest";
import { compareLabels, overlap, signed, summarize } from "../../src/core/compare";
import type { Label } from "../../src/messages";

function label(name: string, confidence: number, box?: [number, number, number, number]): Label {
  if (box === undefined) return { name, confidence, box: null };
  const [left, top, width, height] = box;
  return { name, confidence, box: { left, top, width, height } };
}

test("the same label in the same place agrees, another label or another place does not", () => {
  const a = [label("bolt", 90, [0.1, 0.1, 0.2, 0.2]), label("nut", 80, [0.5, 0.5, 0.2, 0.2])];
  const b = [
    label("bolt", 70, [0.11, 0.1, 0.2, 0.2]),
    label("washer", 95, [0.5, 0.5, 0.2, 0.2]),
    label("bolt", 60, [0.7, 0.7, 0.2, 0.2]),
  ];
  expect(compareLabels(a, b)).toEqual([
    { kind: "both", a: a[0], b: b[0] },
    { kind: "a", a: a[1] },
    { kind: "b", b: b[1] },
    { kind: "b", b: b[2] },
  ]);
});

test("labels of the whole image agree by name, and never with a box", () => {
  const [whole, boxed] = [label("rusty", 90), label("rusty", 80, [0, 0, 1, 1])];
  expect(compareLabels([whole], [label("rusty", 40)]).map(({ kind }) => kind)).toEqual(["both"]);
  expect(compareLabels([whole], [boxed]).map(({ kind }) => kind)).toEqual(["a", "b"]);
});

test("of several boxes on one thing the one that fits best agrees", () => {
  const a = [label("bolt", 90, [0, 0, 0.4, 0.4])];
  const b = [label("bolt", 99, [0.1, 0, 0.4, 0.4]), label("bolt", 20, [0.01, 0, 0.4, 0.4])];
  expect(compareLabels(a, b)).toEqual([
    { kind: "both", a: a[0], b: b[1] },
    { kind: "b", b: b[0] },
  ]);
});

test("any two lists: each label appears once, pairs agree, the other way round is the same, and like agrees with like", () => {
  const random = generator(3);
  const some = (): Label[] =>
    Array.from({ length: Math.floor(random() * 8) }, () => {
      const name = random() < 0.5 ? "bolt" : "nut";
      const confidence = random() * 100;
      if (random() < 0.2) return label(name, confidence);
      return label(name, confidence, [random() * 0.3, random() * 0.3, random() * 0.7, random() * 0.7]);
    });
  let agreements = 0;
  for (let run = 0; run < 2000; run++) {
    const [a, b] = [some(), some()];
    const matches = compareLabels(a, b);
    expect(new Set(matches.flatMap((match) => ("a" in match ? [match.a] : [])))).toEqual(new Set(a));
    expect(new Set(matches.flatMap((match) => ("b" in match ? [match.b] : [])))).toEqual(new Set(b));
    const { agreements: both, onlyA, onlyB } = summarize([matches]);
    expect([both + onlyA, both + onlyB]).toEqual([a.length, b.length]);
    for (const match of matches) {
      if (match.kind !== "both") continue;
      expect(match.a.name).toBe(match.b.name);
      if (match.a.box !== null && match.b.box !== null) {
        expect(overlap(match.a.box, match.b.box)).toBeGreaterThanOrEqual(0.5);
      } else expect(match.a.box).toBe(match.b.box);
    }
    agreements += both;
    expect(summarize([compareLabels(b, a)]).agreements).toBe(both);
    const sized = a.filter(({ box }) => box === null || (box.width > 0 && box.height > 0));
    expect(summarize([compareLabels(sized, sized)])).toMatchObject({
      agreements: sized.length,
      onlyA: 0,
      onlyB: 0,
    });
  }
  expect(agreements).toBeGreaterThan(500);
});

test("overlap is the same from both sides, 1 for the same box, 0 for boxes apart or without a size", () => {
  const box = { left: 0.1, top: 0.2, width: 0.3, height: 0.4 };
  expect(overlap(box, box)).toBeCloseTo(1, 12);
  expect(overlap(box, { ...box, left: 0.25 })).toBeCloseTo(1 / 3, 12);
  expect(overlap(box, { ...box, left: 0.5 })).toBe(0);
  expect(overlap({ ...box, width: 0 }, { ...box, width: 0 })).toBe(0);
  expect(overlap({ ...box, width: -1 }, box)).toBe(0);
});

test("the summary counts over all images and takes the mean of each model's own labels", () => {
  const images = [
    compareLabels([label("a", 90), label("b", 50)], [label("a", 80)]),
    compareLabels([], [label("c", 40)]),
  ];
  expect(summarize(images)).toEqual({
    images: 2,
    agreements: 1,
    onlyA: 1,
    onlyB: 1,
    meanA: 70,
    meanB: 60,
  });
  expect(summarize([])).toMatchObject({ images: 0, meanA: null, meanB: null });
});

test("a difference has its sign, and none has none", () => {
  expect([3.24, -0.38, 0.04, -0.04].map(signed)).toEqual(["+3.2", "−0.4", "0.0", "0.0"]);
});

/** The same numbers from 0 to 1 on each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
