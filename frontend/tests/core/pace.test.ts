import { expect, test } from "vitest";
import { Pace } from "../../src/core/pace";

test("no second holds more than four starts, and no start waits longer than it must", () => {
  const pace = new Pace(4, 1000);
  const asked = [0, 0, 0, 10, 10, 10, 900, 2500, 2500, 7000];
  const starts = asked.map((now) => now + pace.delay(now));
  expect(starts).toEqual([0, 0, 0, 10, 1000, 1000, 1000, 2500, 2500, 7000]);
  for (const [index, start] of starts.entries()) {
    expect(start - (starts[index - 4] ?? -Infinity)).toBeGreaterThanOrEqual(1000);
  }
});
