import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { jpeg, look, png, pngChunk, type TestFile, withExif } from "../support/images";

const app = appUnderTest();

/** Choose a file, wait for its labels, and return what was sent. */
async function sent(file: TestFile): Promise<Buffer> {
  await app.open();
  await app.choose(file);
  await app.reach("done");
  const [image] = app.sent();
  return image as Buffer;
}

function note(): Promise<string> {
  return app.page.locator(".note").innerText();
}

test("each EXIF orientation is applied to what is sent and shown, and the metadata stays here", async () => {
  // Where the stored corners (red, green, blue, white, clockwise from top left) are once upright.
  const upright = [
    "red green blue white",
    "green red white blue",
    "blue white red green",
    "white blue green red",
    "red white blue green",
    "white red green blue",
    "blue green red white",
    "green blue white red",
  ];
  await app.open();
  await app.reach("ready");
  const stored = await jpeg(app.bench, 400, 200);
  for (const [index, corners] of upright.entries()) {
    const orientation = index + 1;
    await app.choose(withExif(stored, orientation));
    await expect.poll(() => app.sent().length).toBe(orientation);
    await app.reach("done");
    const image = app.sent()[index] as Buffer;
    const [width, height] = orientation < 5 ? [400, 200] : [200, 400];
    expect(await look(app.bench, image)).toEqual({ width, height, corners: corners.split(" ") });
    expect(image.includes("Exif")).toBe(false);
    const shown = app.page.locator(".picture img");
    const size = await shown.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]);
    expect(size).toEqual([width, height]);
    expect(await note()).toContain("metadata removed");
    expect((await note()).includes("rotation applied")).toBe(orientation !== 1);
  }
});

test("a plain JPEG within the limits is sent byte for byte", async () => {
  const file = await jpeg(app.bench, 640, 480);
  expect((await sent(file)).equals(file.buffer)).toBe(true);
  expect(await note()).toMatch(/640×480, \d+ KB, sent as it is/);
});

test("a plain PNG is sent as it is, one with text in it is not", async () => {
  const plain = png("plain.png", 300, 200);
  expect((await sent(plain)).equals(plain.buffer)).toBe(true);
  await app.choose(png("text.png", 300, 200, [pngChunk("tEXt", Buffer.from("Author\0Jane"))]));
  await expect.poll(() => app.sent().length).toBe(2);
  expect(app.sent()[1]?.includes("Jane")).toBe(false);
  await app.reach("done");
  expect(await note()).toContain("PNG converted to JPEG");
});

test("a photo of 24 megapixels is shrunk under the limits, and the user is told", async () => {
  const file = withExif(await jpeg(app.bench, 6000, 4000, { noise: 60 }), 6);
  expect(file.buffer.length).toBeGreaterThan(6_000_000);
  await app.open();
  await app.reach("ready");
  const longest = await app.longestTask(async () => {
    await app.choose(file);
    await app.reach("done");
    await app.page.waitForTimeout(300);
  });
  expect(longest).toBeLessThanOrEqual(50);
  const [image] = app.sent();
  expect(image?.length).toBeLessThanOrEqual(4_000_000);
  const { width, height, corners } = await look(app.bench, image as Buffer);
  expect([width, height]).toEqual([2731, 4096]);
  expect(corners).toEqual(["white", "red", "green", "blue"]);
  expect(await note()).toMatch(/4000×6000 shrunk to 2731×4096, \d+\.\d MB → \d\.\d MB, rotation applied/);
});

test("an image that no quality makes small enough is made smaller until it fits", async () => {
  const image = await sent(await jpeg(app.bench, 3600, 2600, { noise: 255, quality: 1 }));
  expect(image.length).toBeLessThanOrEqual(4_000_000);
  expect((await look(app.bench, image)).width).toBeLessThan(3600);
});

test("a small image is enlarged to what Rekognition takes, and the user is told", async () => {
  const image = await sent(await jpeg(app.bench, 40, 30));
  expect(await look(app.bench, image)).toMatchObject({
    width: 85,
    height: 64,
    corners: ["red", "green", "blue", "white"],
  });
  expect(await note()).toContain("40×30 enlarged to 85×64, the least that Rekognition takes");
});

test("an image of 50 megapixels works", async () => {
  const image = await sent(png("large.png", 8660, 5774));
  expect(await look(app.bench, image)).toMatchObject({ width: 4096, height: 2731 });
});

test("a file that cannot be used is refused with a sentence that names it, and the next one works", async () => {
  const unusable: [name: string, content: Buffer, reason: string][] = [
    ["text.jpg", Buffer.from("this is no image"), "is not an image that this app knows"],
    ["empty.jpg", Buffer.alloc(0), "is empty (0 bytes)"],
    ["dot.png", png("", 1, 1).buffer, "needs 64 px on each side"],
    ["strip.png", png("", 2100, 100).buffer, "longer than 20 times"],
    ["bomb.png", png("", 20_000, 20_000).buffer, "400 megapixels"],
    ["cut.png", png("", 300, 300).buffer.subarray(0, 40), "damaged"],
  ];
  await app.open();
  await app.reach("ready");
  for (const [name, buffer, reason] of unusable) {
    await app.choose({ name, buffer });
    await app.page
      .getByRole("alert")
      .filter({ hasText: `“${name}”` })
      .waitFor();
    expect(await app.alert()).toContain(reason);
    await app.reach("failed");
  }
  expect(app.sent()).toEqual([]);
  await app.choose(await jpeg(app.bench, 100, 100));
  await app.reach("done");
  expect(await app.page.getByRole("alert").count()).toBe(0);
});
