import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, type Handler, label, version } from "../support/aws";
import { jpeg, look, png } from "../support/images";

const app = appUnderTest();

/** Choose so many small images at once, named 1.png and up. */
async function chooseMany(count: number): Promise<void> {
  const { buffer } = png("", 70, 70);
  const paths = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const path = join(app.folder, `${index + 1}.png`);
      await writeFile(path, buffer);
      return path;
    }),
  );
  await app.page.getByLabel("Choose an image").setInputFiles(paths);
}

function button(name: string | RegExp) {
  return app.page.getByRole("button", { name });
}

async function finished(words: string | RegExp): Promise<void> {
  await app.page.locator(".course p", { hasText: words }).first().waitFor({ timeout: 60_000 });
}

/** Have something saved, and read it. */
async function saved(name: string): Promise<{ name: string; content: Buffer }> {
  const waiting = app.page.waitForEvent("download");
  await button(name).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

/** `IMAGES=200 npx vitest run tests/page/many.test.ts -t limit` is the run that the budget names. */
const IMAGES = Number(process.env["IMAGES"] ?? 60);

test("a model that takes 5 a second answers all images, fails none, and its limit is used", async () => {
  const [perSecond, store] = [5, 5];
  let tokens = store;
  let at = Date.now();
  let refused = 0;
  const answered: number[] = [];
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = (call) => {
    const now = Date.now();
    tokens = Math.min(store, tokens + ((now - at) / 1000) * perSecond);
    at = now;
    if (tokens < 1) {
      refused += 1;
      throw new AwsError("ProvisionedThroughputExceededException", "slow down");
    }
    tokens -= 1;
    answered.push(now);
    return usual(call);
  };
  await app.open();
  await app.reach("ready");
  await chooseMany(IMAGES);
  await finished(`${IMAGES} of ${IMAGES} images`);
  expect(answered).toHaveLength(IMAGES);
  expect(await app.page.locator(".course p").first().innerText()).toBe(`${IMAGES} of ${IMAGES} images`);
  expect(refused).toBeLessThan(IMAGES / 2);
  const seconds = ((answered.at(-1) ?? 0) - (answered[0] ?? 0)) / 1000;
  expect(IMAGES / (store + perSecond * seconds)).toBeGreaterThanOrEqual(0.95);
  expect(await app.page.locator(".strip small").allInnerTexts()).toEqual(Array(IMAGES).fill("3 labels"));
}, 60_000);

test("a queue can be paused, goes on where it was, and what waits can be taken back", async () => {
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    return usual(call);
  };
  await app.open();
  await app.reach("ready");
  await chooseMany(14);
  await finished(/^[3-7] of 14 images/);
  await button("Pause").click();
  await button("Go on").waitFor();
  await app.page.waitForTimeout(300);
  const sent = app.sent().length;
  await app.page.waitForTimeout(500);
  expect(app.sent()).toHaveLength(sent);
  await button("Go on").click();
  await expect.poll(() => app.sent().length).toBeGreaterThan(sent);
  await button("Cancel").click();
  await button(/^Detect in \d+ images$/).waitFor();
  const open = Number((await button(/^Detect in/).innerText()).match(/\d+/)?.[0]);
  const done = await app.page.locator(".strip small", { hasText: "3 labels" }).count();
  expect(done + open).toBe(14);
  await button(/^Detect in/).click();
  await finished("14 of 14 images");
});

test("what failed says why, and is tried again alone or with all others", async () => {
  let failing = true;
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = (call) => {
    if (failing) throw new AwsError("ResourceNotReadyException", "not yet");
    return usual(call);
  };
  await app.open();
  await app.reach("ready");
  await chooseMany(4);
  await finished("4 of 4 images · 4 failed");
  await app.page.locator(".strip button", { hasText: "2.png" }).click();
  expect(await app.alert()).toMatch(/^ResourceNotReadyException: /);
  failing = false;
  await button("Retry").first().waitFor();
  await app.page.getByRole("alert").getByRole("button", { name: "Retry" }).click();
  await finished("4 of 4 images · 3 failed");
  await button("Retry 3 failed").click();
  await finished("4 of 4 images");
  await expect
    .poll(() => app.page.locator(".strip small").allInnerTexts())
    .toEqual(Array(4).fill("3 labels"));
});

test("a failure of the service is tried again, and does not end the queue", async () => {
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  let count = 0;
  app.aws.answers["DetectCustomLabels"] = (call) => {
    count += 1;
    if (count % 3 === 1) throw new AwsError("InternalServerError", "oops", 500);
    return usual(call);
  };
  await app.open();
  await app.reach("ready");
  await chooseMany(6);
  await finished("6 of 6 images");
  expect(await app.page.locator(".strip small").allInnerTexts()).toEqual(Array(6).fill("3 labels"));
});

test("images added later join the others, and another model waits for a word", async () => {
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING"), version("v2", "RUNNING")],
  });
  await app.open();
  await app.reach("ready");
  await chooseMany(2);
  await finished("2 of 2 images");
  await app.choose(await jpeg(app.bench, 100, 100));
  await finished("3 of 3 images");
  await app.page.getByLabel("Model").selectOption({ label: "v2 · running" });
  await app.page.waitForTimeout(300);
  expect(app.sent()).toHaveLength(3);
  await button("Detect in 3 images").click();
  await finished("3 of 3 images");
  expect(app.sent()).toHaveLength(6);
  await app.page.getByLabel("Model").selectOption({ label: "v1 · running" });
  expect(await app.page.locator(".strip small").allInnerTexts()).toEqual(Array(3).fill("3 labels"));
  expect(app.sent()).toHaveLength(6);
});

test("results are saved as JSON, CSV and manifest lines, whatever the names", async () => {
  app.aws.answers["DetectCustomLabels"] = () => ({
    CustomLabels: [label("=cmd|' /C calc'!A0", 90, [0.1, 0.1, 0.5, 0.5]), label("<img src=x>", 20)],
  });
  await app.open();
  await app.reach("ready");
  await chooseMany(2);
  await finished("2 of 2 images");
  await app.page.getByText("Save", { exact: true }).click();
  const json = await saved("JSON");
  expect(json.name).toBe("labels.json");
  expect(JSON.parse(json.content.toString()).images.map(({ image }: { image: string }) => image)).toEqual([
    "1.png",
    "2.png",
  ]);
  const csv = (await saved("CSV")).content.toString();
  expect(csv.split("\r\n")).toHaveLength(4);
  expect(csv).toContain(",'=cmd|' /C calc'!A0,90,7,7,35,35,\r\n");
  await app.page.getByLabel("Where the images are in S3").fill("bucket");
  await app.page.getByText("is not a place in S3").waitFor();
  await app.page.getByLabel("Where the images are in S3").fill("s3://bucket/images/");
  const manifest = (await saved("Manifest lines")).content.toString();
  expect(
    manifest
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line)["source-ref"]),
  ).toEqual(["s3://bucket/images/1.png", "s3://bucket/images/2.png"]);
});

test("the image is saved with its boxes, at its own size", async () => {
  app.aws.answers["DetectCustomLabels"] = () => ({
    CustomLabels: [label("all", 90, [0.3, 0.3, 0.4, 0.4]), label("مرحبا", 80)],
  });
  await app.open();
  await app.choose(await jpeg(app.bench, 800, 400));
  await app.reach("done");
  await app.page.getByText("Save", { exact: true }).click();
  const { name, content } = await saved("Image with boxes");
  expect(name).toBe("photo-labels.png");
  expect(await look(app.bench, content)).toMatchObject({ width: 800, height: 400 });
  const edge = await app.bench.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const context = new OffscreenCanvas(800, 400).getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0);
    return [...context.getImageData(0.3 * 800, 200, 1, 1).data].slice(0, 3);
  }, content.toString("base64"));
  const colors = await app.page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    return Array.from({ length: 8 }, (_, color) => style.getPropertyValue(`--label-${color}`));
  });
  expect(colors).toContain(`#${edge.map((part) => part.toString(16).padStart(2, "0")).join("")}`);
});

test("the call is shown as JSON and as snippets, and copied", async () => {
  await app.open();
  await app.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await app.choose(await jpeg(app.bench, 100, 100));
  await app.reach("done");
  await app.page.getByText("Request and response").click();
  const pre = app.page.locator("details pre");
  expect(JSON.parse(await pre.innerText()).Image.Bytes).toMatch(/bytes of photo\.jpg/);
  await button("Response").click();
  expect(JSON.parse(await pre.innerText()).CustomLabels).toHaveLength(4);
  await button("AWS CLI").click();
  expect(await pre.innerText()).toContain("fileb://photo.jpg");
  await button("Python").click();
  await button("Copy").click();
  await button("Copied").waitFor();
  expect(await app.page.evaluate(() => navigator.clipboard.readText())).toContain("detect_custom_labels(");
});

test("the image is zoomed by wheel, keys and buttons, moved by keys and mouse, and fitted again", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 800, 400));
  await app.reach("done");
  const picture = app.page.locator(".picture");
  const width = async () => Math.round((await picture.boundingBox())?.width ?? 0);
  const fitted = await width();
  await button("Zoom in").click();
  expect(await width()).toBe(Math.round(fitted * 1.5));
  await button("Fit").click();
  expect(await width()).toBe(fitted);
  const view = app.page.locator("#view");
  await view.focus();
  await app.page.keyboard.press("+");
  await app.page.keyboard.press("+");
  expect(await width()).toBeGreaterThan(fitted * 2);
  const scrolled = () => view.evaluate(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]);
  const [before = 0] = await scrolled();
  await app.page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await scrolled())[0]).toBeGreaterThan(before);
  await app.page.keyboard.press("0");
  expect(await width()).toBe(fitted);
  // What is under the mouse stays there.
  const edges = await view.boundingBox();
  if (edges === null) throw new Error("no view");
  const [x, y] = [edges.x + edges.width * 0.7, edges.y + edges.height * 0.5];
  const under = () =>
    picture.evaluate(
      (element, [x, y]) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return [((x ?? 0) - left) / width, ((y ?? 0) - top) / height];
      },
      [x, y],
    );
  await app.page.mouse.move(x, y);
  for (let turn = 0; turn < 6; turn++) await app.page.mouse.wheel(0, -120);
  await expect.poll(width).toBeGreaterThan(fitted * 2);
  const [across = 0] = await under();
  const [left = 0] = await scrolled();
  await app.page.mouse.down();
  await app.page.mouse.move(x - 50, y, { steps: 5 });
  await app.page.mouse.up();
  await expect.poll(async () => (await scrolled())[0]).toBeGreaterThan(left + 20);
  expect(across).toBeGreaterThan(0.6);
  expect(across).toBeLessThan(0.8);
});

test("a folder gives its images and leaves out its other files", async () => {
  await app.open();
  await app.reach("ready");
  await app.page.getByLabel("Folder").evaluate((input: HTMLInputElement) => {
    const files = new DataTransfer();
    for (const [name, type] of [
      ["a.png", "image/png"],
      ["notes.txt", "text/plain"],
      ["b.png", "image/png"],
    ] as const) {
      files.items.add(new File(["x"], name, { type }));
    }
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await expect.poll(() => app.page.locator(".strip bdi").allInnerTexts()).toEqual(["a.png", "b.png"]);
});
