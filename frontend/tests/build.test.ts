import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DIST } from "./support/site";

const HTML = readFileSync(join(DIST, "index.html"), "utf8");

const FILES = readdirSync(join(DIST, "assets"));

/** Bytes of the files with that ending and one of these names, gzipped. */
function size(ending: string, isCounted: (name: string) => boolean): number {
  const counted = FILES.filter((file) => extname(file) === ending).filter((file) =>
    isCounted(file.replace(/-[\w-]{8}\.\w+$/, "")),
  );
  expect(counted).not.toEqual([]);
  return counted.reduce((sum, file) => sum + bytes(file), 0);
}

function bytes(file: string): number {
  return gzipSync(readFileSync(join(DIST, "assets", file)), { level: 9 }).length;
}

test("what is downloaded stays within its budgets, gzipped", () => {
  expect(size(".js", (name) => name === "index")).toBeLessThanOrEqual(12_000);
  // All that a guest, and a member, downloads who opens every page.
  expect(size(".js", (name) => name !== "start" && name !== "member")).toBeLessThanOrEqual(80_000);
  expect(size(".js", (name) => name !== "main")).toBeLessThanOrEqual(80_000);
  expect(size(".css", () => true)).toBeLessThanOrEqual(8_000);
  expect(HTML).toMatch(/assets\/index-[\w-]{8}\.js/);
});

test("the built page has one place for the settings, right after the character set", () => {
  expect(HTML.match(/<!--settings-->/g)).toHaveLength(1);
  expect(HTML).toMatch(/<meta charset="utf-8" \/>\s*<!--settings-->/);
});
