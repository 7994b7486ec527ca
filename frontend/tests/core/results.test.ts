import { expect, test } from "vitest";
import {
  prefixProblem,
  type Result,
  resultsOf,
  toCsv,
  toJson,
  toManifest,
} from "../../src/core/exports/results";
import { EMPTY, type GalleryAction } from "../../src/core/gallery";
import { reduceGallery } from "../../src/core/gallery-changes";
import type { ImageFacts, Label } from "../../src/messages";

const MODEL = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/v1/1700000000001";
const SOURCE = { model: MODEL, threshold: 50 };
const FACTS: ImageFacts = {
  width: 100,
  height: 50,
  originalWidth: 1000,
  originalHeight: 500,
  orientation: 1,
  bytes: 9,
  note: "",
};
const BOLT: Label = {
  name: "bolt",
  confidence: 88.02,
  box: { left: 0.1, top: -0.2, width: 0.5, height: 0.4 },
};

function result(change: Partial<Result> = {}): Result {
  return { image: "a.jpg", facts: FACTS, labels: [BOLT], problem: null, ...change };
}

/** Read CSV as RFC 4180 says, by the letter. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test("every image has its place in the results: answered, failed or waiting, at or above the threshold", () => {
  const problem = { sentence: "It is no image.", detail: null, retry: false };
  const actions: GalleryAction[] = [
    { type: "add", images: [1, 2, 3].map((id) => ({ id, file: new File([], `${id}.jpg`) })) },
    { type: "preparation", id: 1, preparation: { status: "ready", facts: FACTS, thumbnail: "" } },
    {
      type: "run",
      id: 1,
      model: MODEL,
      run: { status: "done", labels: [{ ...BOLT, confidence: 49.9 }, BOLT] },
    },
    { type: "preparation", id: 2, preparation: { status: "failed", problem } },
  ];
  expect(resultsOf(actions.reduce(reduceGallery, EMPTY), MODEL)).toEqual([
    { image: "1.jpg", facts: FACTS, labels: [BOLT], problem: null },
    { image: "2.jpg", facts: null, labels: null, problem: "It is no image." },
    { image: "3.jpg", facts: null, labels: null, problem: null },
  ]);
});

test("JSON has the labels in Rekognition's words, and the size of the file as it was chosen", () => {
  expect(JSON.parse(toJson([result(), result({ labels: null, problem: "No." })], SOURCE))).toEqual({
    ProjectVersionArn: MODEL,
    threshold: 50,
    images: [
      {
        image: "a.jpg",
        width: 1000,
        height: 500,
        CustomLabels: [
          {
            Name: "bolt",
            Confidence: 88.02,
            Geometry: { BoundingBox: { Width: 0.5, Height: 0.4, Left: 0.1, Top: -0.2 } },
          },
        ],
      },
      { image: "a.jpg", width: 1000, height: 500, problem: "No." },
    ],
  });
});

test("CSV has a line for each label, in pixels of the file, cut to its edges", () => {
  const rows = readCsv(toCsv([result()], SOURCE));
  expect(rows).toEqual([
    ["image", "model", "label", "confidence", "left", "top", "width", "height", "problem"],
    ["a.jpg", MODEL, "bolt", "88.02", "100", "0", "500", "100", ""],
  ]);
});

test("an image without labels, and one that failed, keep a line of the CSV", () => {
  const rows = readCsv(
    toCsv([result({ labels: [] }), result({ labels: null, problem: "No, “never”." })], SOURCE),
  );
  expect(rows.slice(1).map((row) => [row[0], row[2], row[8]])).toEqual([
    ["a.jpg", "", ""],
    ["a.jpg", "", "No, “never”."],
  ]);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])(
  "a text that a spreadsheet would run is written as text: %j",
  (name) => {
    const rows = readCsv(toCsv([result({ image: name, labels: [{ ...BOLT, name }] })], SOURCE));
    expect(rows[1]?.[0]).toBe(`'${name}`);
    expect(rows[1]?.[2]).toBe(`'${name}`);
  },
);

test.each(['a "b", c', "two\r\nlines", "مرحبا", "<img src=x onerror=alert(1)>"])(
  "any other text comes through the CSV as it is: %j",
  (name) => {
    const rows = readCsv(toCsv([result({ labels: [{ ...BOLT, name }] })], SOURCE));
    expect(rows[1]?.[2]).toBe(name);
  },
);

test.each([
  ["s3://bucket/images/", "s3://bucket/images/a.jpg"],
  ["s3://bucket", "s3://bucket/a.jpg"],
  ["", "a.jpg"],
])("with the prefix %j a manifest line's source is %j", (prefix, source) => {
  const manifest = toManifest([result(), result({ labels: null })], {
    prefix,
    model: MODEL,
    at: new Date(0),
  });
  expect(manifest.endsWith("}\n")).toBe(true);
  const lines = manifest.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? "");
  expect(line["source-ref"]).toBe(source);
  expect(line["bounding-box"].image_size).toEqual([{ width: 1000, height: 500, depth: 3 }]);
  expect(line["bounding-box-metadata"]["human-annotated"]).toBe("no");
});

test.each([
  ["", true],
  ["s3://my-bucket.x/images", true],
  ["s3://my-bucket", true],
  ["https://bucket/x", false],
  ["s3://UPPER/x", false],
  ["s3:///x", false],
])("whether %j can stand before the names: %s", (prefix, usable) => {
  expect(prefixProblem(prefix) === null).toBe(usable);
});
