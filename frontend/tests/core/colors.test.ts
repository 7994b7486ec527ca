import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assignColors, COLOR_COUNT } from "../../src/core/colors";

const CSS = readFileSync(join(import.meta.dirname, "../../src/page/tokens.css"), "utf8");

test("eight labels have eight colours, whatever their names", () => {
  for (let run = 0; run < 50; run++) {
    const names = Array.from({ length: COLOR_COUNT }, (_, index) => `label ${run} ${index}`);
    expect(new Set(assignColors(new Map(), names).values()).size).toBe(COLOR_COUNT);
  }
});

test("a label keeps its colour when others come, and in any order", () => {
  const first = assignColors(new Map(), ["bolt", "washer"]);
  const more = assignColors(first, ["nut", "washer", "constructor", "__proto__", "bolt", ""]);
  expect(more.get("bolt")).toBe(first.get("bolt"));
  expect(more.get("washer")).toBe(first.get("washer"));
  expect(more.size).toBe(6);
  expect(assignColors(new Map(), ["washer", "bolt"])).toEqual(first);
});

test("more labels than colours still have one each", () => {
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  for (const color of assignColors(new Map(), names).values()) {
    expect(color).toBeGreaterThanOrEqual(0);
    expect(color).toBeLessThan(COLOR_COUNT);
  }
});

test("white text is readable on every label colour, and every colour is seen on both surfaces", () => {
  const colors = [...CSS.matchAll(/--label-\d: (#[0-9a-f]{6})/g)].map(([, color = ""]) => color);
  const surfaces = [...CSS.matchAll(/--surface: (#[0-9a-f]{6})/g)].map(([, color = ""]) => color);
  expect(colors).toHaveLength(COLOR_COUNT);
  expect(surfaces).toHaveLength(2);
  for (const color of colors) {
    expect(contrast(color, "#ffffff")).toBeGreaterThanOrEqual(4.5);
    for (const surface of surfaces) expect(contrast(color, surface)).toBeGreaterThanOrEqual(3);
  }
});

/** WCAG 2 contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
