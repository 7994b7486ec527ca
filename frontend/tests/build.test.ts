import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DIST } from "./support/site";

const HTML = readFileSync(join(DIST, "index.html"), "utf8");

test("what is downloaded stays within its budgets, gzipped", () => {
  const files = readdirSync(join(DIST, "assets"));
  const size = (name: string) => gzipSync(readFileSync(join(DIST, "assets", name)), { level: 9 }).length;
  const sum = (ending: string) =>
    files.filter((name) => name.endsWith(ending)).reduce((all, name) => all + size(name), 0);
  const entry = /assets\/([\w-]+\.js)/.exec(HTML)?.[1] ?? "";
  expect(size(entry)).toBeLessThanOrEqual(12_000);
  expect(sum(".js")).toBeLessThanOrEqual(75_000);
  expect(sum(".css")).toBeLessThanOrEqual(8_000);
  expect(files.filter((name) => !/-[\w-]{8}\.(js|css)$/.test(name))).toEqual([]);
});

test("the built page has one place for the settings, right after the character set", () => {
  expect(HTML.match(/<!--settings-->/g)).toHaveLength(1);
  expect(HTML).toMatch(/<meta charset="utf-8" \/>\s*<!--settings-->/);
});
