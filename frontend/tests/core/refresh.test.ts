import { expect, test } from "vitest";
import type { Project } from "../../src/core/catalog";
import { nextLook, NO_LOOK } from "../../src/core/refresh";

const PROJECTS: readonly Project[] = [{ arn: "p", name: "p", versions: [], problem: null }];
const OTHERS: readonly Project[] = [{ arn: "q", name: "q", versions: [], problem: null }];

test("while nothing changes the list is fetched more and more seldom, at last once a minute", () => {
  const pauses: number[] = [];
  let look = NO_LOOK;
  for (let count = 0; count < 6; count++) {
    look = nextLook(look, PROJECTS, false);
    pauses.push(look.pause);
  }
  expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
});

test("while a model changes it is fetched every five seconds, and after that as if anew", () => {
  let look = nextLook(nextLook(NO_LOOK, PROJECTS, false), PROJECTS, false);
  look = nextLook(look, PROJECTS, true);
  expect(look.pause).toBe(5_000);
  expect(nextLook(look, PROJECTS, true).pause).toBe(5_000);
  expect(nextLook(look, PROJECTS, false).pause).toBe(10_000);
});

test("another list begins anew", () => {
  const look = nextLook(nextLook(NO_LOOK, PROJECTS, false), PROJECTS, false);
  expect(nextLook(look, OTHERS, false).pause).toBe(10_000);
});
