import { expect, test } from "vitest";
import {
  type Corrections,
  corrected,
  correctionsManifest,
  type Edit,
  edit,
  type Handle,
  importProblems,
  isUnsaved,
  locationProblem,
  type Mark,
  marksOf,
  moved,
  resized,
  type Subject,
  spanned,
} from "../../src/core/corrections";
import { leastSide } from "../../src/core/manifest-lines";

const SUBJECT: Subject = {
  path: "bench.jpg",
  type: "image/jpeg",
  size: { width: 800, height: 400 },
  orientation: 1,
};
const BOX = { left: 0.25, top: 0.5, width: 0.25, height: 0.25 };
const FOUND: readonly Mark[] = [
  { id: 1, name: "bolt", box: BOX },
  { id: 2, name: "rusty", box: null },
];
const NONE: Corrections = new Map();

/** Edit image 7 as the page does: each edit sees what the one before it left. */
function edited(edits: readonly Edit[], from = NONE): Corrections {
  return edits.reduce((all, change) => edit(all, 7, SUBJECT, all.get(7)?.marks ?? FOUND, change), from);
}

function marks(corrections: Corrections): readonly Mark[] | null | undefined {
  return corrections.get(7)?.marks;
}

test("marks are deleted, renamed, placed and added, and everything else stays", () => {
  const added = { id: 3, name: "nut", box: { left: 0, top: 0, width: 0.5, height: 0.5 } };
  const after = edited([
    { type: "rename", id: 1, name: "screw" },
    { type: "place", id: 1, box: added.box, nudge: false },
    { type: "delete", id: 2 },
    { type: "add", mark: added },
  ]);
  expect(marks(after)).toEqual([{ id: 1, name: "screw", box: added.box }, added]);
});

test("any changes can be undone one by one to what the model found, and done again", () => {
  const edits: Edit[] = [
    { type: "accept" },
    { type: "rename", id: 1, name: "screw" },
    { type: "place", id: 1, box: { ...BOX, left: 0 }, nudge: true },
    { type: "delete", id: 1 },
    { type: "start-over" },
    { type: "add", mark: { id: 3, name: "nut", box: null } },
  ];
  const random = generator(9);
  for (let run = 0; run < 300; run++) {
    const done = Array.from({ length: 6 }, () => edits[Math.floor(random() * edits.length)] as Edit);
    const end = edited(done);
    const steps = end.get(7)?.past.length ?? 0;
    const start = edited(Array<Edit>(steps).fill({ type: "undo" }), end);
    if (steps > 0) expect(marks(start)).toBeNull();
    expect(corrected(start)).toEqual([]);
    expect(edited([{ type: "undo" }], start)).toBe(start);
    const again = edited(Array<Edit>(steps).fill({ type: "redo" }), start);
    expect(marks(again)).toEqual(marks(end));
    expect(edited([{ type: "redo" }], again)).toBe(again);
  }
});

test("a change after an undo forgets what was undone", () => {
  const after = edited([
    { type: "delete", id: 1 },
    { type: "undo" },
    { type: "delete", id: 2 },
    { type: "redo" },
  ]);
  expect(marks(after)).toEqual([FOUND[0]]);
});

test("small steps of one box are undone together, those of another box or after another change are not", () => {
  const nudge = (left: number): Edit => ({ type: "place", id: 1, box: { ...BOX, left }, nudge: true });
  const after = edited([nudge(0.3), nudge(0.31), nudge(0.32)]);
  expect(marks(after)?.[0]?.box?.left).toBe(0.32);
  expect(marks(edited([{ type: "undo" }], after))).toBeNull();
  const apart = edited([nudge(0.3), { type: "delete", id: 2 }, nudge(0.31), { type: "undo" }]);
  expect(marks(apart)?.[0]?.box?.left).toBe(0.3);
});

test("an image found right counts as corrected, and one started over does not", () => {
  expect(corrected(edited([{ type: "accept" }])).map(({ marks }) => marks)).toEqual([FOUND]);
  expect(corrected(edited([{ type: "accept" }, { type: "start-over" }]))).toEqual([]);
});

test("work is unsaved from the first change until it is exported, and again after the next", () => {
  expect(isUnsaved(NONE, NONE)).toBe(false);
  const changed = edited([{ type: "delete", id: 1 }]);
  expect(isUnsaved(changed, NONE)).toBe(true);
  expect(isUnsaved(changed, changed)).toBe(false);
  expect(isUnsaved(edited([{ type: "delete", id: 2 }], changed), changed)).toBe(true);
  expect(isUnsaved(edited([{ type: "undo" }], changed), NONE)).toBe(false);
});

test("a model's labels become marks inside the image, from the threshold on", () => {
  const labels = [
    { name: "in", confidence: 90, box: BOX },
    { name: "across", confidence: 80, box: { left: -0.1, top: 0.9, width: 0.3, height: 0.4 } },
    { name: "outside", confidence: 70, box: { left: 1.1, top: 0, width: 0.1, height: 0.1 } },
    { name: "whole", confidence: 60, box: null },
    { name: "weak", confidence: 49.9, box: BOX },
  ];
  expect(marksOf(labels, 50, 10)).toEqual([
    { id: 10, name: "in", box: expect.objectContaining({ left: 0.25, top: 0.5 }) },
    {
      id: 11,
      name: "across",
      box: { left: 0, top: 0.9, width: expect.closeTo(0.2, 9), height: expect.closeTo(0.1, 9) },
    },
    { id: 13, name: "whole", box: null },
  ]);
});

test("a box is moved as far as the image goes and keeps its size", () => {
  expect(moved(BOX, 0.1, -0.1)).toEqual({ ...BOX, left: 0.35, top: 0.4 });
  expect(moved(BOX, 9, -9)).toEqual({ ...BOX, left: 0.75, top: 0 });
});

test("an edge or corner moves alone, and beyond the opposite one the box turns over", () => {
  const { size } = SUBJECT;
  expect(resized(BOX, "e", 0.1, 0.1, size)).toEqual({ ...BOX, width: expect.closeTo(0.35, 9) });
  expect(resized(BOX, "nw", 0.05, -0.1, size)).toEqual({
    left: expect.closeTo(0.3, 9),
    top: expect.closeTo(0.4, 9),
    width: expect.closeTo(0.2, 9),
    height: expect.closeTo(0.35, 9),
  });
  expect(resized(BOX, "w", 0.5, 0, size)).toEqual({
    ...BOX,
    left: 0.5,
    width: expect.closeTo(0.25, 9),
  });
});

test("however it is dragged, a box stays inside the image and can be learned from", () => {
  const random = generator(4);
  const handles: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
  for (let run = 0; run < 3000; run++) {
    const size = { width: 64 + Math.floor(random() * 4033), height: 64 + Math.floor(random() * 4033) };
    let box = spanned(random() * 2 - 0.5, random() * 2 - 0.5, random() * 2 - 0.5, random() * 2 - 0.5, size);
    for (let step = 0; step < 3; step++) {
      box = moved(box, random() - 0.5, random() - 0.5);
      box = resized(box, handles[Math.floor(random() * 8)] as Handle, random() - 0.5, random() - 0.5, size);
      expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(-1e-9);
      expect(box.left + box.width).toBeLessThanOrEqual(1 + 1e-9);
      expect(box.top + box.height).toBeLessThanOrEqual(1 + 1e-9);
      expect(box.width * size.width).toBeGreaterThanOrEqual(leastSide(size) - 1e-6);
      expect(box.height * size.height).toBeGreaterThanOrEqual(leastSide(size) - 1e-6);
    }
  }
});

test("the manifest has a line for each corrected image, in pixels of the file, and tells who looked", () => {
  const all = edit(edited([{ type: "delete", id: 2 }]), 8, { ...SUBJECT, path: "b/two.jpg" }, [], {
    type: "accept",
  });
  const at = new Date("2026-11-22T10:20:30Z");
  const [one, two, end] = correctionsManifest(all, "s3://photos/new", at).split("\n");
  expect(JSON.parse(one ?? "")).toMatchObject({
    "source-ref": "s3://photos/new/bench.jpg",
    "bounding-box": { annotations: [{ class_id: 0, left: 200, top: 200, width: 200, height: 100 }] },
    "bounding-box-metadata": { "human-annotated": "yes", "class-map": { 0: "bolt" } },
  });
  expect(JSON.parse(two ?? "")["source-ref"]).toBe("s3://photos/new/b/two.jpg");
  expect(end).toBe("");
  expect(JSON.parse(correctionsManifest(all, "", at).split("\n")[1] ?? "")["source-ref"]).toBe("b/two.jpg");
  expect(correctionsManifest(NONE, "", at)).toBe("");
});

test("a place of images is one in S3", () => {
  for (const location of ["", "s3://photos", "s3://my-photos.2026/a b/c/"]) {
    expect(locationProblem(location)).toBeNull();
  }
  for (const location of ["photos", "s3://", "s3://A/b", "https://s3.amazonaws.com/x"]) {
    expect(locationProblem(location)).toContain(location);
  }
});

test("what a dataset would refuse is said by name", () => {
  const of = (more: readonly Partial<Subject>[], found: readonly Mark[] = FOUND): Corrections =>
    more.reduce<Corrections>(
      (all, subject, image) => edit(all, image, { ...SUBJECT, ...subject }, found, { type: "accept" }),
      NONE,
    );
  const [a, b, c] = [{ path: "a.jpg" }, { path: "b.jpg" }, { path: "c.jpg" }];
  expect(importProblems(of([a, b]), "")).toEqual([]);
  expect(importProblems(of([a, b, a]), "")).toEqual([
    expect.stringMatching(/^“a.jpg”: is the name of several/),
  ]);
  expect(importProblems(of([a, { path: "x.webp", type: "image/webp" }]), "")).toEqual([
    expect.stringMatching(/^“x.webp”: is neither JPEG nor PNG/),
  ]);
  const large = { size: { width: 6000, height: 4000 } };
  expect(importProblems(of([a, { ...b, ...large }, { ...c, ...large }]), "")).toEqual([
    expect.stringMatching(/^“b.jpg” and 1 more: has more than 4096 pixels/),
  ]);
  const turned = of([{ ...a, orientation: 6 }]);
  expect(importProblems(turned, "")).toEqual([]);
  expect(importProblems(turned, "s3://photos")).toEqual([
    expect.stringMatching(/^“a.jpg”: is stored on its side/),
  ]);
  const many = Array.from({ length: 51 }, (_, id) => ({ id, name: "bolt", box: BOX }));
  expect(importProblems(of([a], many), "")).toEqual([expect.stringMatching(/^“a.jpg”: has more labels/)]);
});

/** The same numbers from 0 to 1 on each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
