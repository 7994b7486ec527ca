import { expect, test } from "vitest";
import type { Project } from "../../src/core/catalog";
import {
  type Action,
  awaitsDetection,
  INITIAL,
  reduce,
  shownLabels,
  type State,
  stage,
  statusText,
} from "../../src/core/state";
import type { Label, Problem } from "../../src/messages";

const PROBLEM: Problem = { sentence: "No.", detail: null, retry: true };
const IMAGE = {
  blob: new Blob(),
  thumbnail: new Blob(),
  width: 4,
  height: 3,
  originalWidth: 4,
  originalHeight: 3,
  orientation: 1,
  note: "",
  name: "a.jpg",
  url: "blob:a",
};

function project(name: string, ...statuses: string[]): Project {
  const versions = statuses.map((status, index) => ({
    arn: `${name}/${index}`,
    name: `v${index}`,
    status,
    f1: null,
    inferenceUnits: null,
    trained: null,
  }));
  return { name, versions, problem: null };
}

function label(name: string, confidence: number): Label {
  return { name, confidence, box: null };
}

function after(...actions: Action[]): State {
  return actions.reduce(reduce, INITIAL);
}

const LISTED: Action[] = [
  { type: "listed", project: project("idle", "STOPPED"), of: 2 },
  { type: "listed", project: project("parts", "TRAINING_COMPLETED", "RUNNING", "RUNNING"), of: 2 },
  { type: "list-done", names: ["idle", "parts"] },
];
const DETECTED: Action[] = [
  ...LISTED,
  { type: "preparing", name: "a.jpg" },
  { type: "prepared", image: IMAGE },
  { type: "detecting" },
  { type: "detected", labels: [label("bolt", 20), label("washer", 90), label("bolt", 70)] },
];

test("the first running model is chosen as soon as it is known", () => {
  expect(after(...LISTED.slice(0, 1)).model).toBeNull();
  expect(after(...LISTED.slice(0, 2)).model).toBe("parts/1");
});

test("a model that the user chose stays chosen while it runs, and no longer", () => {
  const chosen = after(...LISTED, { type: "choose-model", arn: "parts/2" }, { type: "listing" }, ...LISTED);
  expect(chosen.model).toBe("parts/2");
  const stopped = reduce(chosen, {
    type: "listed",
    project: project("parts", "RUNNING", "STOPPED", "STOPPED"),
    of: 1,
  });
  expect(stopped.model).toBe("parts/0");
});

test("a model chosen though it does not run stays chosen, and detects when it runs", () => {
  const chosen = after(
    ...LISTED,
    { type: "choose-model", arn: "idle/0" },
    { type: "prepared", image: IMAGE },
  );
  expect([chosen.model, statusText(chosen), awaitsDetection(chosen)]).toEqual([
    "idle/0",
    "v0: stopped",
    false,
  ]);
  const relisted = LISTED.reduce(reduce, chosen);
  expect(relisted.model).toBe("idle/0");
  const starting = reduce(relisted, { type: "status", arn: "idle/0", status: "STARTING" });
  expect([starting.model, statusText(starting)]).toEqual(["idle/0", "v0: starting"]);
  const running = reduce(starting, { type: "followed", project: project("idle", "RUNNING") });
  expect([running.model, awaitsDetection(running)]).toEqual(["idle/0", true]);
});

test("a model that is stopped from here stays in sight with what it found, and following it is silent", () => {
  const done = after(...DETECTED);
  const stopping = reduce(done, { type: "status", arn: "parts/1", status: "STOPPING" });
  expect([stopping.model, stopping.found?.length, stage(stopping)]).toEqual(["parts/1", 3, "done"]);
  const followed = reduce(stopping, { type: "followed", project: project("parts", "STOPPED", "STOPPED") });
  expect([followed.model, followed.listing]).toEqual(["parts/1", "done"]);
});

test("pausing ends what is under way and keeps what is there; a reset keeps nothing", () => {
  const paused = after(...DETECTED, { type: "detecting" }, { type: "paused" });
  expect(paused).toMatchObject({ job: null, image: IMAGE, model: "parts/1" });
  expect(paused.found).toHaveLength(3);
  expect(reduce(paused, { type: "reset" })).toEqual(INITIAL);
});

test("a project that is gone leaves the list when the list is complete", () => {
  const state = after(...LISTED, { type: "listing" }, { type: "list-done", names: ["idle"] });
  expect(state.projects.map(({ name }) => name)).toEqual(["idle"]);
  expect(state.model).toBeNull();
});

test("each stage has its word and its sentence", () => {
  const stages = ["listing", ...DETECTED].map((_, count) => after(...DETECTED.slice(0, count)));
  expect(stages.map(stage)).toEqual([
    "loading",
    "loading",
    "loading",
    "ready",
    "preparing",
    "ready",
    "detecting",
    "done",
  ]);
  expect(stages.map(statusText)).toEqual([
    "Loading models…",
    "Loading projects… 1 of 2",
    "Loading projects… 2 of 2",
    "2 of 4 models running",
    "Preparing the image…",
    "2 of 4 models running",
    "Detecting…",
    "2 labels found, 1 below 50 %",
  ]);
});

test("an image waits for a model, and a model for an image", () => {
  expect(awaitsDetection(after(...LISTED))).toBe(false);
  expect(awaitsDetection(after({ type: "prepared", image: IMAGE }))).toBe(false);
  expect(awaitsDetection(after({ type: "prepared", image: IMAGE }, ...LISTED))).toBe(true);
  expect(awaitsDetection(after(...DETECTED))).toBe(false);
});

test("another model runs on the same image", () => {
  const state = after(...DETECTED, { type: "choose-model", arn: "parts/2" });
  expect(state).toMatchObject({ image: IMAGE, found: null });
  expect(awaitsDetection(state)).toBe(true);
});

test("a failed detection is not tried again by itself, but by another model or image", () => {
  const failed = after(...DETECTED.slice(0, -1), { type: "failed", during: "detect", problem: PROBLEM });
  expect(stage(failed)).toBe("failed");
  expect(awaitsDetection(failed)).toBe(false);
  expect(awaitsDetection(reduce(failed, { type: "choose-model", arn: "parts/2" }))).toBe(true);
  expect(reduce(failed, { type: "preparing", name: "b.jpg" }).problem).toBeNull();
});

test("the next success clears an error", () => {
  const failedList = after({ type: "failed", during: "list", problem: PROBLEM });
  expect([stage(failedList), statusText(failedList)]).toEqual(["failed", "The models could not be listed"]);
  expect(LISTED.reduce(reduce, failedList).problem).toBeNull();
  const failedFile = after(...LISTED, { type: "failed", during: "prepare", problem: PROBLEM });
  expect(reduce(failedFile, { type: "list-done", names: [] }).problem).not.toBeNull();
  expect(reduce(failedFile, { type: "detected", labels: [] }).problem).toBeNull();
});

test("labels are sorted, and the threshold filters them at once", () => {
  const state = after(...DETECTED);
  expect(shownLabels(state).map(({ name, confidence, index }) => [name, confidence, index])).toEqual([
    ["washer", 90, 0],
    ["bolt", 70, 1],
  ]);
  expect(shownLabels(reduce(state, { type: "threshold", percent: 0 }))).toHaveLength(3);
  expect(shownLabels(reduce(state, { type: "threshold", percent: 90 }))).toHaveLength(1);
  expect(statusText(reduce(state, { type: "threshold", percent: 95 }))).toBe(
    "No labels found above 95 %, 3 below",
  );
  expect(statusText(reduce(state, { type: "detected", labels: [] }))).toBe("No labels found above 50 %");
});

test("one label has one colour, in every box", () => {
  const [washer, bolt, dim] = shownLabels(after(...DETECTED, { type: "threshold", percent: 0 }));
  expect(bolt?.color).toBe(dim?.color);
  expect(washer?.color).not.toBe(bolt?.color);
});
