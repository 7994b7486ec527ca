import { expect, test } from "vitest";
import { ModelPace, progressOf, progressWords } from "../../src/core/queue";

interface Limit {
  /** Whether a request is taken that comes now, in milliseconds. */
  take(now: number): boolean;
}

/** A limit as AWS has it: tokens that come back at a rate, and a few of them in store. */
class Bucket implements Limit {
  private tokens: number;
  private at = 0;

  constructor(
    private readonly perSecond: number,
    private readonly store: number,
  ) {
    this.tokens = store;
  }

  take(now: number): boolean {
    this.tokens = Math.min(this.store, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

interface Outcome {
  /** Milliseconds. */
  readonly time: number;
  readonly refusals: number;
}

/** Ask a limited model for so many images, in simulated time, as the app does: at most six at once. */
function simulate(images: number, bucket: Limit, latency: number): Outcome {
  const pace = new ModelPace();
  let now = 0;
  let waiting = images;
  let refusals = 0;
  const flying: { started: number; ends: number; served: boolean }[] = [];
  let booked: number | null = null;
  while (waiting > 0 || flying.length > 0) {
    if (booked === null && waiting > 0 && flying.length < 6) {
      booked = now + pace.delay(now);
      waiting -= 1;
    }
    const ends = Math.min(...flying.map((flight) => flight.ends));
    if (booked !== null && booked <= ends) {
      now = booked;
      booked = null;
      flying.push({ started: now, ends: now + latency, served: bucket.take(now) });
      continue;
    }
    now = ends;
    const [flight] = flying.splice(
      flying.findIndex((one) => one.ends === ends),
      1,
    );
    if (flight?.served) pace.answered(now);
    else {
      refusals += 1;
      waiting += 1;
      expect(pace.refused(flight?.started ?? 0, now)).toBe(true);
    }
  }
  return { time: now, refusals };
}

test.each([
  [5, 40, 0.95],
  [5, 700, 0.95],
  [15, 250, 0.92], // the first seconds are spent on finding it
])(
  "of a limit of %i a second, answering in %i ms, a share of %d is used for 200 images",
  (limit, latency, share) => {
    const store = 5;
    const { time, refusals } = simulate(200, new Bucket(limit, store), latency);
    const possible = store + (limit * (time - latency)) / 1000;
    expect(200 / possible).toBeGreaterThanOrEqual(share);
    expect(refusals).toBeLessThan(60);
  },
);

/** A limit that lets no second, wherever it begins, see more. */
class Window implements Limit {
  private readonly taken: number[] = [];

  constructor(private readonly perSecond: number) {}

  take(now: number): boolean {
    while (this.taken[0] !== undefined && this.taken[0] <= now - 1000) this.taken.shift();
    if (this.taken.length >= this.perSecond) return false;
    this.taken.push(now);
    return true;
  }
}

test("a strict limit of 5 in any second is used to more than four fifths, with few refusals", () => {
  const { time, refusals } = simulate(200, new Window(5), 40);
  expect(200 / ((5 * time) / 1000)).toBeGreaterThanOrEqual(0.85);
  expect(refusals).toBeLessThan(12);
});

test("a limit that is raised is soon used in full", () => {
  const [before, after] = [new Bucket(5, 5), new Bucket(25, 25)];
  const raised = { take: (now: number) => (now < 20_000 ? before : after).take(now) };
  const { time } = simulate(600, raised, 40);
  // 100 in the first 20 seconds, and 500 in the 20 that they would take, and as many to find out.
  expect(time).toBeLessThan(60_000);
});

test("without a limit nothing waits longer than the first doublings take", () => {
  const { time, refusals } = simulate(200, new Bucket(1e6, 1e6), 100);
  expect(refusals).toBe(0);
  expect(time).toBeLessThan(7_000);
});

test("the first request of an idle model starts at once, the next ones spread", () => {
  const pace = new ModelPace();
  expect(pace.delay(1_000)).toBe(0);
  expect(pace.delay(1_000)).toBe(200);
  expect(pace.delay(9_000)).toBe(0);
});

test("refusals of what was under way at a cut cut once", () => {
  const pace = new ModelPace();
  for (const started of [10, 20, 30]) pace.refused(started, 100);
  expect(pace.delay(1_000)).toBe(0);
  expect(pace.delay(1_000)).toBeCloseTo(1000 / (5 * 0.8));
});

test("no cut goes below what the model has been seen to serve", () => {
  const pace = new ModelPace();
  for (let now = 0; now < 20_000; now += 500) pace.answered(now);
  for (const now of [20_000, 21_000, 22_000, 23_000, 24_000, 25_000, 26_000, 27_000, 28_000, 29_000]) {
    pace.refused(now - 100, now);
  }
  pace.delay(40_000);
  expect(pace.delay(40_000)).toBeLessThanOrEqual(1000 / 2);
});

test("a model that answers nothing for half a minute is given up, one that answers now and then is not", () => {
  const pace = new ModelPace();
  expect(pace.refused(0, 1)).toBe(true);
  expect(pace.refused(29_000, 29_500)).toBe(true);
  pace.answered(29_600);
  expect(pace.refused(40_000, 40_001)).toBe(true);
  expect(pace.refused(70_000, 70_001)).toBe(false);
});

test("throughput and time left are those of the last ten seconds", () => {
  const times = [...Array(10).keys()].map((index) => 1_000 * (index + 1));
  const progress = progressOf(times, { finished: 10, failed: 1, of: 30, started: 0, now: 10_000 });
  expect(progress).toEqual({ finished: 10, failed: 1, of: 30, perSecond: 1, left: 20 });
  expect(progressWords(progress)).toBe("10 of 30 images · 1 failed · 1.0 a second · 20 s left");
});

test("before the first second no throughput is claimed, and at the end no time left", () => {
  expect(progressWords(progressOf([500], { finished: 1, failed: 0, of: 3, started: 0, now: 900 }))).toBe(
    "1 of 3 images",
  );
  expect(
    progressWords(progressOf([500, 1500], { finished: 2, failed: 0, of: 2, started: 0, now: 1600 })),
  ).toBe("2 of 2 images");
});

test.each([
  [1, 100, "2 min"],
  [0.5, 5_000, "2.8 h"],
])("time left at %d a second for %i images is said as %s", (perSecond, of, words) => {
  expect(progressWords({ finished: 0, failed: 0, of, perSecond, left: of / perSecond })).toContain(
    `${words} left`,
  );
});
