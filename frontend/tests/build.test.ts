import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DIST } from "./support/site";

const HTML = readFileSync(join(DIST, "index.html"), "utf8");

const FILES = readdirSync(join(DIST, "assets"));

/** Bytes of the one file with that name and ending, gzipped. */
function size(name: string, ending = "js"): number {
  const [file, ...others] = FILES.filter((file) => new RegExp(`^${name}-[\\w-]{8}\\.${ending}$`).test(file));
  if (file === undefined || others.length > 0) throw new Error(`not one file ${name}: ${FILES.join(", ")}`);
  return gzipSync(readFileSync(join(DIST, "assets", file)), { level: 9 }).length;
}

test("what is downloaded stays within its budgets, gzipped", () => {
  const sizes = {
    page: size("index"),
    guestWorker: size("main"),
    signIn: size("start"),
    memberWorker: size("member"),
    styles: size("index", "css"),
  };
  expect(sizes.page).toBeLessThanOrEqual(12_000);
  expect(sizes.page + sizes.guestWorker).toBeLessThanOrEqual(75_000);
  expect(sizes.signIn).toBeLessThanOrEqual(6_000);
  expect(sizes.memberWorker).toBeLessThanOrEqual(66_000);
  expect(sizes.styles).toBeLessThanOrEqual(8_000);
  expect(FILES).toHaveLength(Object.keys(sizes).length);
  expect(HTML).toMatch(/assets\/index-[\w-]{8}\.js/);
});

test("the built page has one place for the settings, right after the character set", () => {
  expect(HTML.match(/<!--settings-->/g)).toHaveLength(1);
  expect(HTML).toMatch(/<meta charset="utf-8" \/>\s*<!--settings-->/);
});
