import { expect, test } from "vitest";
import { awaitsDetection } from "../../src/core/awaits";
import type { Project } from "../../src/core/catalog";
import { labelsOf, type Run } from "../../src/core/gallery";
import {
  type Action,
  INITIAL,
  selectedImage,
  shownLabels,
  shownProblem,
  type State,
  stage,
  statusText,
} from "../../src/core/state";
import { reduceWithImages as reduce } from "../../src/core/gallery-changes";
import type { Label, Problem } from "../../src/messages";

const PROBLEM: Problem = { sentence: "No.", detail: null, retry: true };
const FACTS = {
  width: 4,
  height: 3,
  originalWidth: 4,
  originalHeight: 3,
  orientation: 1,
  bytes: 9,
  note: "",
};

function add(...ids: number[]): Action {
  return { type: "add", images: ids.map((id) => ({ id, file: new File([], `${id}.jpg`) })) };
}

function prepared(id: number): Action {
  return { type: "preparation", id, preparation: { status: "ready", facts: FACTS, thumbnail: "" } };
}

function run(model: string, run: Run | null): Action {
  return { type: "run", id: 1, model, run };
}

function project(name: string, ...statuses: string[]): Project {
  const versions = statuses.map((status, index) => ({
    arn: `${name}/${index}`,
    name: `v${index}`,
    status,
    f1: null,
    message: null,
    inferenceUnits: null,
    maxInferenceUnits: null,
    trained: null,
    lease: null,
  }));
  return { arn: name, name, versions, problem: null };
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
  add(1),
  prepared(1),
  run("parts/1", { status: "detecting" }),
  run("parts/1", { status: "done", labels: [label("bolt", 20), label("washer", 90), label("bolt", 70)] }),
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
  const chosen = after(...LISTED, { type: "choose-model", arn: "idle/0" }, add(1), prepared(1));
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
  expect([stopping.model, shownLabels(stopping).length, stage(stopping)]).toEqual(["parts/1", 2, "done"]);
  const followed = reduce(stopping, { type: "followed", project: project("parts", "STOPPED", "STOPPED") });
  expect([followed.model, followed.listing]).toEqual(["parts/1", "done"]);
});

test("pausing keeps what is there; a reset keeps nothing", () => {
  const paused = after(...DETECTED, { type: "dragging", over: true }, { type: "paused" });
  expect([paused.dragging, paused.model, shownLabels(paused).length]).toEqual([false, "parts/1", 2]);
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

test("one image waits for a model, and a model for an image", () => {
  expect(awaitsDetection(after(...LISTED))).toBe(false);
  expect(awaitsDetection(after(add(1)))).toBe(false);
  expect(awaitsDetection(after(add(1), ...LISTED))).toBe(true);
  expect(awaitsDetection(after(...DETECTED))).toBe(false);
});

test("many images wait for a word", () => {
  expect(awaitsDetection(after(add(1, 2), ...LISTED))).toBe(false);
});

test("another model runs on the same image, and the answer of the one before is kept", () => {
  const state = after(...DETECTED, { type: "choose-model", arn: "parts/2" });
  expect(shownLabels(state)).toEqual([]);
  expect(awaitsDetection(state)).toBe(true);
  expect(labelsOf(selectedImage(state), "parts/1")).toHaveLength(3);
});

test("a failed detection is not tried again by itself, but by another model", () => {
  const failed = after(...DETECTED, run("parts/1", { status: "failed", problem: PROBLEM }));
  expect([stage(failed), statusText(failed)]).toEqual(["failed", "The detection failed"]);
  expect(shownProblem(failed)).toBe(PROBLEM);
  expect(awaitsDetection(failed)).toBe(false);
  expect(awaitsDetection(reduce(failed, { type: "choose-model", arn: "parts/2" }))).toBe(true);
});

test("an image that cannot be prepared waits for nothing", () => {
  const preparation = { status: "failed", problem: PROBLEM } as const;
  const failed = after(...LISTED, add(1), { type: "preparation", id: 1, preparation });
  expect([stage(failed), statusText(failed)]).toEqual(["failed", "This image cannot be used"]);
  expect(awaitsDetection(failed)).toBe(false);
});

test("while the queue is held nothing is said to be under way", () => {
  const held = after(...DETECTED, run("parts/1", { status: "queued" }), { type: "hold", held: true });
  expect(stage(held)).toBe("ready");
  expect(stage(reduce(held, { type: "hold", held: false }))).toBe("detecting");
});

test("the next success clears an error", () => {
  const failedList = after({ type: "failed", during: "list", problem: PROBLEM });
  expect([stage(failedList), statusText(failedList)]).toEqual(["failed", "The models could not be listed"]);
  expect(LISTED.reduce(reduce, failedList).problem).toBeNull();
  const failedChoice = after(...LISTED, { type: "failed", during: "choose", problem: PROBLEM });
  expect(reduce(failedChoice, { type: "list-done", names: [] }).problem).not.toBeNull();
  expect(reduce(failedChoice, add(1)).problem).toBeNull();
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
  expect(statusText(reduce(state, run("parts/1", { status: "done", labels: [] })))).toBe(
    "No labels found above 50 %",
  );
});

test("one label has one colour, in every box", () => {
  const [washer, bolt, dim] = shownLabels(after(...DETECTED, { type: "threshold", percent: 0 }));
  expect(bolt?.color).toBe(dim?.color);
  expect(washer?.color).not.toBe(bolt?.color);
});

test("from the moment images are chosen the page says that it prepares them", () => {
  const failed: State = reduce(INITIAL, { type: "failed", during: "choose", problem: PROBLEM });
  const choosing = reduce(failed, { type: "choosing" });
  expect(stage(choosing)).toBe("preparing");
  expect(stage(reduce(choosing, add(1)))).toBe("preparing");
  expect(reduce(choosing, add(1)).choosing).toBe(false);
  expect(stage(reduce(choosing, { type: "failed", during: "choose", problem: PROBLEM }))).toBe("failed");
});
