import { expect, test } from "vitest";
import {
  leastSide,
  type LabelledImage,
  manifestBox,
  manifestLine,
  nameProblem,
} from "../../src/core/manifest-lines";

const BY_HAND = { human: true, job: "corrections", at: new Date("2026-11-22T10:20:30.456Z") };

function read(image: LabelledImage, annotator = BY_HAND) {
  return JSON.parse(manifestLine(image, annotator));
}

test("boxes are written in whole pixels of the image, with a class for each name", () => {
  const line = read({
    source: "s3://photos/bench.jpg",
    size: { width: 640, height: 480 },
    labels: [
      { name: "nut", confidence: 100, box: { left: 0.1, top: 0.25, width: 0.5, height: 0.5 } },
      { name: "bolt", confidence: 100, box: { left: 0, top: 0, width: 0.0999, height: 1 } },
      { name: "nut", confidence: 100, box: { left: 0.5, top: 0.5, width: 0.5, height: 0.5 } },
    ],
  });
  expect(line).toEqual({
    "source-ref": "s3://photos/bench.jpg",
    "bounding-box": {
      image_size: [{ width: 640, height: 480, depth: 3 }],
      annotations: [
        { class_id: 1, left: 64, top: 120, width: 320, height: 240 },
        { class_id: 0, left: 0, top: 0, width: 64, height: 480 },
        { class_id: 1, left: 320, top: 240, width: 320, height: 240 },
      ],
    },
    "bounding-box-metadata": {
      objects: [{ confidence: 1 }, { confidence: 1 }, { confidence: 1 }],
      "class-map": { 0: "bolt", 1: "nut" },
      type: "groundtruth/object-detection",
      "human-annotated": "yes",
      "creation-date": "2026-11-22T10:20:30",
      "job-name": "corrections",
    },
  });
});

test("labels of the whole image have an attribute each, and no empty list of boxes", () => {
  const line = read({
    source: "sunrise.png",
    size: { width: 100, height: 100 },
    labels: [
      { name: "sunrise", confidence: 87.654, box: null },
      { name: "__proto__", confidence: 91, box: null },
    ],
  });
  expect(Object.keys(line)).toEqual([
    "source-ref",
    "label-0",
    "label-0-metadata",
    "label-1",
    "label-1-metadata",
  ]);
  expect(line["label-0"]).toBe(1);
  expect(line["label-0-metadata"]["class-name"]).toBe("__proto__");
  expect(line["label-1-metadata"]).toMatchObject({
    confidence: 0.8765,
    type: "groundtruth/image-classification",
  });
});

test("an image without labels keeps its line, without boxes", () => {
  const line = read({ source: "empty.jpg", size: { width: 64, height: 64 }, labels: [] });
  expect(line["bounding-box"].annotations).toEqual([]);
  expect(line["bounding-box-metadata"]["class-map"]).toEqual({});
});

test("labels that nobody has looked at say so", () => {
  const detected = { human: false, job: "v1", at: BY_HAND.at };
  const image = { source: "a.jpg", size: { width: 64, height: 64 }, labels: [] };
  expect(read(image, detected)["bounding-box-metadata"]["human-annotated"]).toBe("no");
});

test("a dataset takes fifty boxes: the most certain stay", () => {
  const labels = Array.from({ length: 60 }, (_, index) => ({
    name: `n${index}`,
    confidence: index,
    box: { left: 0, top: 0, width: 1, height: 1 },
  }));
  const line = read({ source: "a.jpg", size: { width: 64, height: 64 }, labels });
  expect(line["bounding-box"].annotations).toHaveLength(50);
  const names = new Set(Object.values(line["bounding-box-metadata"]["class-map"]));
  expect(names.has("n59")).toBe(true);
  expect(names.has("n9")).toBe(false);
});

test("a box outside the image is left out, and any other lies inside it and can be learned from", () => {
  const random = generator(11);
  let outside = 0;
  for (let run = 0; run < 5000; run++) {
    const size = { width: 64 + Math.floor(random() * 4033), height: 64 + Math.floor(random() * 4033) };
    const [left, top] = [random() * 3 - 1.5, random() * 3 - 1.5];
    const tiny = run % 3 === 0 ? 0.0005 : 2;
    const ratio = { left, top, width: random() * tiny, height: random() * tiny };
    const box = manifestBox(ratio, size);
    const reachesIn =
      left < 1 && top < 1 && ratio.left + ratio.width > 0 && ratio.top + ratio.height > 0 && ratio.width > 0;
    if (box === null) {
      expect(reachesIn).toBe(false);
      outside++;
      continue;
    }
    expect(Object.values(box).every(Number.isInteger)).toBe(true);
    expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
    expect(box.left + box.width).toBeLessThanOrEqual(size.width);
    expect(box.top + box.height).toBeLessThanOrEqual(size.height);
    const shrunk = Math.min(1, 1280 / Math.max(size.width, size.height));
    expect(Math.min(box.width, box.height) * shrunk).toBeGreaterThan(1);
    expect(Math.abs(box.left - Math.max(0, left * size.width))).toBeLessThanOrEqual(leastSide(size) + 0.5);
  }
  expect(outside).toBeGreaterThan(500);
  expect(outside).toBeLessThan(4500);
});

test("a label's name is one that a dataset takes", () => {
  for (const name of ["bolt", "hex nut", "<img src=x onerror=alert(1)>", "مرحبا", "🔩", "a".repeat(255)]) {
    expect(nameProblem(name)).toBeNull();
  }
  for (const name of ["", "  ", "a\nb", "a\u00a0b", "\u202ea", "a".repeat(256)]) {
    expect(nameProblem(name)).toMatch(/^A label/);
  }
});

/** The same numbers from 0 to 1 on each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
