import { expect, test } from "vitest";
import type { ImageHeader } from "../../src/core/image-header";
import {
  describePreparation,
  firstEncoding,
  MAX_BYTES,
  MAX_SIDE,
  nextEncoding,
  passesUntouched,
  refusal,
} from "../../src/core/image-plan";

const PLAIN: ImageHeader = { format: "JPEG", width: 1200, height: 800, orientation: 1, plain: true };

test.each([
  [15, 100, "needs 64 px on each side, and 16 are the least that can be enlarged"],
  [1000, 1, "needs 64 px"],
  [1000, 49, "longer than 20 times"],
  [64, 1281, "longer than 20 times"],
  [20_000, 10_000, "200 megapixels"],
])("an image of %i × %i px is refused with its name, its size and the limit", (width, height, reason) => {
  const sentence = refusal("a.png", { width, height });
  expect(sentence).toContain("“a.png”");
  expect(sentence).toContain(`${width} × ${height} px`);
  expect(sentence).toContain(reason);
});

test.each([
  [16, 16],
  [63, 1000],
  [64, 1280],
  [8660, 5774],
  [10_000, 10_000],
])("an image of %i × %i px is taken", (width, height) => {
  expect(refusal("a.png", { width, height })).toBeNull();
});

test("only a plain file within the limits passes untouched", () => {
  expect(passesUntouched(PLAIN, MAX_BYTES)).toBe(true);
  expect(passesUntouched(PLAIN, MAX_BYTES + 1)).toBe(false);
  expect(passesUntouched({ ...PLAIN, plain: false }, 1000)).toBe(false);
  expect(passesUntouched({ ...PLAIN, height: MAX_SIDE + 1 }, 1000)).toBe(false);
  expect(passesUntouched({ ...PLAIN, height: 64 }, 1000)).toBe(true);
  expect(passesUntouched({ ...PLAIN, height: 63 }, 1000)).toBe(false);
});

test("an image is shrunk to the longest side allowed, or enlarged to the shortest, or left", () => {
  expect(firstEncoding({ width: 6000, height: 4000 })).toEqual({ width: 4096, height: 2731, quality: 0.92 });
  expect(firstEncoding({ width: 300, height: 200 })).toEqual({ width: 300, height: 200, quality: 0.92 });
  expect(firstEncoding({ width: 63, height: 1000 })).toEqual({ width: 64, height: 1016, quality: 0.92 });
  expect(firstEncoding({ width: 30, height: 20 })).toEqual({ width: 96, height: 64, quality: 0.92 });
});

test("whatever an encoder makes of it, an image fits after few tries and keeps its shape", () => {
  for (const bytesPerPixel of [0.3, 0.5, 1, 2, 4, 8]) {
    for (const size of [
      { width: 10_000, height: 10_000 },
      { width: 4096, height: 205 },
      { width: 3000, height: 4000 },
    ]) {
      let encoding = firstEncoding(size);
      let tries = 1;
      for (; bytes() > MAX_BYTES; tries++) encoding = nextEncoding(encoding, bytes());
      expect(tries).toBeLessThanOrEqual(3);
      expect(encoding.width / encoding.height).toBeCloseTo(size.width / size.height, 0);
      expect(Math.min(encoding.width, encoding.height)).toBeGreaterThanOrEqual(64);

      function bytes(): number {
        return encoding.width * encoding.height * bytesPerPixel * encoding.quality;
      }
    }
  }
});

test("the user is told what was done", () => {
  const from = { width: 6000, height: 4000, bytes: 8_600_000 };
  const to = { width: 4096, height: 2731, bytes: 2_100_000 };
  expect(describePreparation({ ...PLAIN, plain: false, orientation: 6 }, from, to)).toBe(
    "6000×4000 shrunk to 4096×2731, 8.6 MB → 2.1 MB, rotation applied, metadata removed",
  );
  expect(describePreparation({ ...PLAIN, format: "WebP", plain: false }, to, to)).toBe(
    "4096×2731, 2.1 MB → 2.1 MB, WebP converted to JPEG",
  );
  const [icon, enlarged] = [
    { width: 30, height: 20, bytes: 900 },
    { width: 96, height: 64, bytes: 2000 },
  ];
  expect(describePreparation(PLAIN, icon, enlarged)).toBe(
    "30×20 enlarged to 96×64, the least that Rekognition takes: labels are less sure, 1 KB → 2 KB",
  );
  expect(describePreparation(PLAIN, { width: 64, height: 64, bytes: 90 }, null)).toBe(
    "64×64, 1 KB, sent as it is",
  );
});
