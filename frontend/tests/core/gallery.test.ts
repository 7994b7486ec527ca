import { expect, test } from "vitest";
import {
  EMPTY,
  findImage,
  type Gallery,
  type GalleryAction,
  labelsOf,
  problemOf,
  type Run,
} from "../../src/core/gallery";
import { reduceGallery, statusOf } from "../../src/core/gallery-changes";
import type { Problem } from "../../src/messages";

const MODEL = "arn:model";
const FACTS = {
  width: 8,
  height: 4,
  originalWidth: 16,
  originalHeight: 8,
  orientation: 1,
  bytes: 9,
  note: "",
};
const PROBLEM: Problem = { sentence: "It failed.", detail: null, retry: true };

function gallery(...actions: GalleryAction[]): Gallery {
  return actions.reduce(reduceGallery, EMPTY);
}

function add(...ids: number[]): GalleryAction {
  return { type: "add", images: ids.map((id) => ({ id, file: new File([], `${id}.jpg`) })) };
}

function ready(id: number): GalleryAction {
  return { type: "preparation", id, preparation: { status: "ready", facts: FACTS, thumbnail: "blob:" } };
}

function run(id: number, run: Run | null): GalleryAction {
  return { type: "run", id, model: MODEL, run };
}

test("the first image that is added is selected, and stays so when others come", () => {
  const images = gallery(add(1, 2), add(3));
  expect(images.images.map(({ name }) => name)).toEqual(["1.jpg", "2.jpg", "3.jpg"]);
  expect(images.selected).toBe(1);
  expect(gallery(add(1, 2), { type: "select", id: 2 }, add(3)).selected).toBe(2);
});

test("only an image that is there can be selected", () => {
  expect(gallery(add(1), { type: "select", id: 7 }).selected).toBe(1);
});

test("an image goes from queued to done, and each model has a run of its own", () => {
  const steps: [GalleryAction, string][] = [
    [add(1), "queued"],
    [{ type: "preparation", id: 1, preparation: { status: "preparing" } }, "preparing"],
    [ready(1), "ready"],
    [run(1, { status: "queued" }), "queued"],
    [run(1, { status: "detecting" }), "detecting"],
    [run(1, { status: "done", labels: [] }), "done"],
  ];
  let state = EMPTY;
  for (const [action, status] of steps) {
    state = reduceGallery(state, action);
    const image = findImage(state, 1);
    expect(image && statusOf(image, MODEL)).toBe(status);
  }
  expect(labelsOf(findImage(state, 1), MODEL)).toEqual([]);
  expect(labelsOf(findImage(state, 1), "arn:other")).toBeNull();
  expect(labelsOf(undefined, MODEL)).toBeNull();
});

test("labels are kept the most certain first, and each name has one colour", () => {
  const labels = [
    { name: "a", confidence: 10, box: null },
    { name: "b", confidence: 90, box: null },
  ];
  const state = gallery(add(1), ready(1), run(1, { status: "done", labels }));
  expect(labelsOf(findImage(state, 1), MODEL)?.map(({ name }) => name)).toEqual(["b", "a"]);
  expect([...state.colors.keys()].sort()).toEqual(["a", "b"]);
  expect(reduceGallery(state, { type: "clear" }).colors).toBe(state.colors);
});

test("a failure is told, whether of the image or of the detection", () => {
  const broken = gallery(add(1), {
    type: "preparation",
    id: 1,
    preparation: { status: "failed", problem: PROBLEM },
  });
  expect(problemOf(findImage(broken, 1), MODEL)).toBe(PROBLEM);
  const refused = gallery(add(1), ready(1), run(1, { status: "failed", problem: PROBLEM }));
  expect(problemOf(findImage(refused, 1), MODEL)).toBe(PROBLEM);
  expect(problemOf(findImage(refused, 1), null)).toBeNull();
});

test("a run that is taken back leaves the image ready", () => {
  const image = findImage(gallery(add(1), ready(1), run(1, { status: "detecting" }), run(1, null)), 1);
  expect(image && statusOf(image, MODEL)).toBe("ready");
});

test("an answer for an image that has gone changes nothing", () => {
  const state = gallery(add(1), { type: "clear" }, ready(1), run(1, { status: "done", labels: [] }));
  expect(state.images).toEqual([]);
  expect(state.selected).toBeNull();
});
