import { expect, test } from "vitest";
import { toPixels } from "../../src/core/geometry";

test("a box keeps its place on the image", () => {
  expect(toPixels({ left: 0.25, top: 0.5, width: 0.5, height: 0.25 }, 400, 200)).toEqual({
    x: 100,
    y: 100,
    width: 200,
    height: 50,
  });
});

test("a box that reaches outside is cut at the edges", () => {
  expect(toPixels({ left: -0.1, top: 0.9, width: 0.3, height: 0.4 }, 100, 100)).toEqual({
    x: 0,
    y: 90,
    width: expect.closeTo(20, 9),
    height: expect.closeTo(10, 9),
  });
});

test("a box of less than no size has none", () => {
  const box = { left: 0.5, top: 0.5, width: -0.2, height: -1 };
  expect(toPixels(box, 100, 100)).toEqual({ x: 50, y: 50, width: 0, height: 0 });
});

test("any box, however odd, lies inside the image and keeps what was inside", () => {
  const random = generator(7);
  for (let run = 0; run < 2000; run++) {
    const [left, top] = [random() * 4 - 2, random() * 4 - 2];
    const [right, bottom] = [left + random() * 3, top + random() * 3];
    const [width, height] = [1 + Math.floor(random() * 4096), 1 + Math.floor(random() * 4096)];
    const box = toPixels({ left, top, width: right - left, height: bottom - top }, width, height);
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.width).toBeGreaterThanOrEqual(0);
    expect(box.height).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-9);
    expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-9);
    const [x, y] = [random(), random()];
    if (x > left && x < right && y > top && y < bottom) {
      expect(x * width).toBeGreaterThanOrEqual(box.x - 1e-9);
      expect(x * width).toBeLessThanOrEqual(box.x + box.width + 1e-9);
      expect(y * height).toBeGreaterThanOrEqual(box.y - 1e-9);
      expect(y * height).toBeLessThanOrEqual(box.y + box.height + 1e-9);
    }
  }
});

/** The same numbers from 0 to 1 on each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
