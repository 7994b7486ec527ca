import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { costCents, inDollars, inHours } from "../../src/core/costs";
import { anHourMore, billOf, inUtc, leaseTags, readLease } from "../../src/core/leases";
import type { CostSettings } from "../../src/core/settings";

interface Case {
  readonly startedAt: string;
  readonly now: string;
  readonly units: number;
  readonly unitHourUsd: string;
  readonly minutes: number;
  readonly usd: string;
  readonly usdPerHour: string;
}

const TABLE = join(import.meta.dirname, "..", "..", "..", "tests", "custom_labels", "costs.json");
const CASES = JSON.parse(readFileSync(TABLE, "utf8")) as Case[];
const COSTS: CostSettings = { inferenceUnitHourUsd: 4, idleStopMinutes: 60, maxRunHours: 12 };
const START = Date.UTC(2026, 10, 22, 10);
const HOUR = 3_600_000;

test.each(CASES)("costs agree with the command line's and the guard's: %j", (row) => {
  const costs = { ...COSTS, inferenceUnitHourUsd: Number(row.unitHourUsd) };
  const lease = readLease({ "started-at": row.startedAt });
  const bill = billOf(lease, row.units, costs, Date.parse(row.now));
  expect(bill.minutes).toBe(row.minutes);
  expect(((bill.cents ?? Number.NaN) / 100).toFixed(2)).toBe(row.usd);
  expect((bill.centsPerHour / 100).toFixed(2)).toBe(row.usdPerHour);
});

test("halves of a cent are rounded up, exactly", () => {
  expect(costCents(3, 1, { ...COSTS, inferenceUnitHourUsd: 0.1 })).toBe(1); // half a cent
  expect(costCents(60, 1, { ...COSTS, inferenceUnitHourUsd: 1.005 })).toBe(101); // 1.00499… as a binary fraction
  expect(costCents(525_600, 5, COSTS)).toBe(17_520_000);
});

test("amounts and times are written for people", () => {
  expect([0, 7, 123_450].map(inDollars)).toEqual(["$0.00", "$0.07", "$1,234.50"]);
  expect([7, 60, 125].map(inHours)).toEqual(["7 min", "1 h", "2 h 05 min"]);
});

test("a lease is written as it is read, in UTC with whole seconds", () => {
  const tags = leaseTags(START + 789, 90);
  expect(tags).toEqual({ "started-at": "2026-11-22T10:00:00Z", "stop-at": "2026-11-22T11:30:00Z" });
  expect(readLease(tags)).toEqual({ startedAt: START, stopAt: START + 1.5 * HOUR });
});

test("a lease is told by this device's clock, however wrong it is", () => {
  expect(readLease({ "stop-at": inUtc(START) }, 2 * HOUR).stopAt).toBe(START - 2 * HOUR);
});

test.each([
  undefined,
  null,
  7,
  "",
  "2026-11-22",
  "2026-11-22T10:00:00",
  "2026-11-22T10:00:00+01:00",
  "2026-11-22T10:00:00.5Z",
  "2026-02-30T10:00:00Z",
  "2026-13-01T10:00:00Z",
  "<img src=x onerror=alert(1)>",
])("a tag that is %j says nothing", (text) => {
  expect(readLease({ "started-at": text, "stop-at": text })).toEqual({ startedAt: null, stopAt: null });
});

test.each([undefined, null, "x", []])("tags that are %j say nothing", (tags) => {
  expect(readLease(tags)).toEqual({ startedAt: null, stopAt: null });
});

test("a model stops when its lease ends, or when it has run for the longest time, whichever is first", () => {
  const end = (startedAt: number | null, stopAt: number | null) =>
    billOf({ startedAt, stopAt }, 1, COSTS, START).end;
  expect(end(START, START + 2 * HOUR)).toEqual({ at: START + 2 * HOUR, why: "lease" });
  expect(end(START, START + 20 * HOUR)).toEqual({ at: START + 12 * HOUR, why: "longest" });
  expect(end(START, null)).toEqual({ at: START + 12 * HOUR, why: "longest" });
  expect(end(null, START)).toEqual({ at: START, why: "lease" });
  expect(end(null, null)).toBeNull();
});

test("an hour more is added to the lease, or to now when it has run out or there is none", () => {
  expect(anHourMore({ startedAt: null, stopAt: START + HOUR }, START)).toBe(START + 2 * HOUR);
  expect(anHourMore({ startedAt: null, stopAt: START - HOUR }, START)).toBe(START + HOUR);
  expect(anHourMore({ startedAt: null, stopAt: null }, START)).toBe(START + HOUR);
});
