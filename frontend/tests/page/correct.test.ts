import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { label } from "../support/aws";
import { axeViolations } from "../support/axe";
import { jpeg, png, type TestFile, withExif } from "../support/images";
import { settingsText } from "../support/site";
import { PASSWORD, UserPool } from "../support/user-pool";

const app = appUnderTest();

/** One image of 800 × 400 px on the page Correct, with a washer and a bolt above the threshold. */
async function correct(...files: TestFile[]): Promise<void> {
  app.aws.answers["DetectCustomLabels"] = () => ({
    CustomLabels: [
      label("washer", 97, [0.1, 0.2, 0.25, 0.25]),
      label("bolt", 88, [0.5, 0.4, 0.25, 0.25]),
      label("nut", 12, [0.05, 0.6, 0.2, 0.25]),
    ],
  });
  await app.open();
  await app.reach("ready");
  await app.choose(...(files.length === 0 ? [await jpeg(app.bench, 800, 400)] : files));
  await app.reach("done");
  await app.page.evaluate(() => (location.hash = "#/correct"));
  await app.page.locator(".canvas img").waitFor();
}

function mark(name: string) {
  return app.page.getByRole("application").getByRole("button", { name: new RegExp(`^${name},`) });
}

/** Where the marks are: "100 × 100 px at 80, 80". */
async function places(): Promise<string[]> {
  const names = await app.page
    .locator(".canvas [data-mark]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));
  return names;
}

function press(...keys: string[]): Promise<void> {
  return keys.reduce<Promise<void>>(
    (before, key) => before.then(() => app.page.keyboard.press(key)),
    Promise.resolve(),
  );
}

/** The lines of the manifest that the page exports. */
async function exported(): Promise<any[]> {
  const [download] = await Promise.all([
    app.page.waitForEvent("download"),
    app.page.getByRole("button", { name: "Export corrections.manifest" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("corrections.manifest");
  const text = await readFile(await download.path(), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const FOUND = ["washer, 200 × 100 px at 80, 80", "bolt, 200 × 100 px at 400, 160"];

test("a box is deleted, renamed, moved and added by keyboard alone, and each is undone and redone", async () => {
  await correct();
  expect(await places()).toEqual(FOUND);
  await app.page.getByRole("application").focus();
  await press("Tab", "ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowUp");
  expect(await places()).toEqual(["washer, 202 × 98 px at 83, 82", FOUND[1]]);
  expect(await app.status()).toBe("washer: 202 × 98 px at 83, 82");
  await press("Enter");
  await app.page.keyboard.type("hex nut");
  await press("Enter");
  expect(await app.status()).toBe("Renamed to hex nut");
  expect(await mark("hex nut").evaluate((button) => button === document.activeElement)).toBe(true);
  await press("Tab", "Delete");
  expect(await places()).toEqual(["hex nut, 202 × 98 px at 83, 82"]);
  expect(await mark("hex nut").evaluate((button) => button === document.activeElement)).toBe(true);
  await press("n");
  await app.page.keyboard.type("screw");
  await press("Enter", "Escape");
  const end = ["hex nut, 202 × 98 px at 83, 82", "screw, 200 × 100 px at 300, 150"];
  expect(await places()).toEqual(end);
  for (let count = 0; count < 5; count++) await press("Control+z");
  expect(await places()).toEqual(FOUND);
  expect(await app.page.getByText("corrected, not exported").count()).toBe(0);
  for (let count = 0; count < 5; count++) await press("Control+Shift+z");
  expect(await places()).toEqual(end);
});

test("a box is moved, resized by a corner, and drawn with the mouse", async () => {
  await correct();
  const canvas = await app.page.locator(".canvas").boundingBox();
  if (canvas === null) throw new Error("no canvas");
  const drag = async (from: [number, number], to: [number, number]) => {
    const at = ([x, y]: [number, number]) => [
      canvas.x + (x / 800) * canvas.width,
      canvas.y + (y / 400) * canvas.height,
    ];
    await app.page.mouse.move(...(at(from) as [number, number]));
    await app.page.mouse.down();
    await app.page.mouse.move(...(at(to) as [number, number]), { steps: 4 });
    await app.page.mouse.up();
  };
  await drag([180, 130], [260, 170]);
  expect(await app.page.locator("[data-mark]").first().getAttribute("aria-label")).toMatch(
    /^washer, 200 × 100 px at (159|160|161), (119|120|121)$/,
  );
  await drag([360, 220], [400, 260]);
  expect(await app.page.locator("[data-mark]").first().getAttribute("aria-label")).toMatch(
    /^washer, (239|240|241) × (139|140|141) px/,
  );
  await drag([700, 300], [640, 380]);
  await app.page.getByLabel("Name of the box").fill("cap");
  await app.page.keyboard.press("Enter");
  expect(await mark("cap").getAttribute("aria-label")).toMatch(
    /^cap, (59|60|61) × (79|80|81) px at (639|640|641), 300/,
  );
  // A click is no box.
  await app.page.mouse.click(canvas.x + canvas.width - 5, canvas.y + 5);
  expect(await places()).toHaveLength(3);
});

test("a finger moves a box", async () => {
  await correct();
  const box = await mark("bolt").boundingBox();
  if (box === null) throw new Error("no box");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const touch = await app.page.context().newCDPSession(app.page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number }[]) =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints });
  await send("touchStart", { x, y });
  for (const step of [10, 20, 30]) await send("touchMove", { x: x - step, y });
  await send("touchEnd");
  const after = await mark("bolt").boundingBox();
  expect((after?.x ?? 0) - box.x).toBeCloseTo(-30, -0.5);
});

test("labels of the whole image are added, renamed and deleted in the list", async () => {
  await correct();
  await app.page.getByRole("button", { name: "Label the whole image" }).click();
  await app.page.getByLabel("Label of the whole image").fill("  ");
  await app.page.keyboard.press("Enter");
  expect(await app.alert()).toBe("A label needs a name.");
  await app.page.getByLabel("Label of the whole image").fill("<b>rusty</b>");
  await app.page.keyboard.press("Enter");
  const rows = app.page.getByRole("list", { name: "Labels" }).getByRole("listitem");
  expect(await rows.locator("bdi").allInnerTexts()).toEqual(["washer", "bolt", "<b>rusty</b>"]);
  await app.page.getByRole("button", { name: "Rename <b>rusty</b>" }).click();
  await app.page.getByLabel("Name of the label").fill("clean");
  await app.page.getByRole("button", { name: "Save" }).click();
  await app.page.getByRole("button", { name: "Delete washer" }).click();
  expect(await rows.locator("bdi").allInnerTexts()).toEqual(["bolt", "clean"]);
  const [line] = await exported();
  expect(line["label-0-metadata"]["class-name"]).toBe("clean");
  expect(line["bounding-box-metadata"]["class-map"]).toEqual({ 0: "bolt" });
});

test("until the first change the threshold and the model decide what is shown, afterwards the person", async () => {
  await correct();
  await app.page.getByLabel("Confidence at least").fill("90");
  expect(await places()).toEqual([FOUND[0]]);
  await app.page.getByRole("button", { name: "All of it is right" }).click();
  expect(await app.page.getByLabel("Confidence at least").count()).toBe(0);
  expect((await exported())[0]["bounding-box"].annotations).toHaveLength(1);
  await app.page.getByRole("button", { name: "Start over" }).click();
  await app.page.getByLabel("Confidence at least").fill("0");
  expect(await places()).toHaveLength(3);
});

test("boxes are exported in pixels of the upright file, not of the shrunk image", async () => {
  // Stored lying on its side: 5000 × 2500 px that are 2500 × 5000 px upright.
  await correct(withExif(await jpeg(app.bench, 5000, 2500, { quality: 0.5 }), 6));
  await app.page.getByRole("button", { name: "All of it is right" }).click();
  const [line] = await exported();
  expect(line["source-ref"]).toBe("photo.jpg");
  expect(line["bounding-box"]).toEqual({
    image_size: [{ width: 2500, height: 5000, depth: 3 }],
    annotations: [
      { class_id: 1, left: 250, top: 1000, width: 625, height: 1250 },
      { class_id: 0, left: 1250, top: 2000, width: 625, height: 1250 },
    ],
  });
  expect(await app.page.locator(".warning").allInnerTexts()).toEqual([
    "“photo.jpg”: has more than 4096 pixels on a side, which datasets refuse.",
  ]);
  const shape = await app.page.locator(".canvas").boundingBox();
  expect((shape?.height ?? 0) / (shape?.width ?? 1)).toBeCloseTo(2, 1);
});

test("the images' place in S3 is part of each line, and a wrong one is not exported", async () => {
  await correct();
  await app.page.getByRole("button", { name: "All of it is right" }).click();
  await app.page.getByLabel("Where the images are in S3").fill("photos");
  expect(await app.alert()).toContain("“photos” is no place in S3");
  await app.page.getByLabel("Where the images are in S3").fill("s3://my-bucket/photos/");
  expect((await exported())[0]["source-ref"]).toBe("s3://my-bucket/photos/photo.jpg");
});

test("leaving with corrections that were not exported asks, and switching pages loses none", async () => {
  await correct();
  const asked: string[] = [];
  app.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await mark("washer").focus();
  await press("Delete");
  await app.page.evaluate(() => (location.hash = "#/help"));
  await app.page.waitForFunction(() => document.querySelector(".canvas") === null);
  await app.page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await app.page.evaluate(() => (location.hash = "#/correct"));
  await app.page.locator(".canvas img").waitFor();
  expect(await places()).toEqual([FOUND[1]]);
  await exported();
  expect(await app.page.getByText("1 image corrected, all exported.").count()).toBe(1);
  await app.page.reload();
  await app.page.getByText("No images yet").waitFor();
  expect(asked).toHaveLength(1);
});

test("whoever signs out leaves no corrections to the next person", async () => {
  const pool = new UserPool(app.aws);
  pool.add("ann@example.com");
  pool.add("bob@example.com");
  const press = (name: string) => app.page.getByRole("button", { name, exact: true }).click();
  const enter = async (email: string) => {
    await app.page.getByLabel("E-mail").fill(email);
    await app.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await press("Sign in");
  };
  const corrected = app.page.getByText("1 image corrected, not exported yet.");
  await app.open(settingsText(app.aws.url, [], pool.signIn));
  await enter("ann@example.com");
  await app.reach("ready");
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("done");
  await app.page.evaluate(() => (location.hash = "#/correct"));
  await press("All of it is right");
  expect(await corrected.count()).toBe(1);
  await press("Account");
  await press("Sign out");
  await app.reach("signed-out");
  await enter("bob@example.com");
  await app.page.getByText("No images yet").waitFor();
  expect(await corrected.count()).toBe(0);
});

test("without an image, and with one that cannot be used, the page says what to do", async () => {
  await app.open();
  await app.reach("ready");
  await app.page.evaluate(() => (location.hash = "#/correct"));
  await app.page.getByRole("heading", { name: "No images yet" }).waitFor();
  await app.page.evaluate(() => (location.hash = "#/detect"));
  await app.choose({ name: "notes.jpg", buffer: Buffer.from("no image") });
  await app.reach("failed");
  await app.page.evaluate(() => (location.hash = "#/correct"));
  expect(await app.alert()).toContain("notes.jpg");
});

test("an image that no model has seen is marked from scratch", async () => {
  app.aws.answers["DescribeProjectVersions"] = () => ({ ProjectVersionDescriptions: [] });
  await app.open();
  await app.reach("ready");
  await app.choose(png("plain.png", 200, 100));
  await app.page.evaluate(() => (location.hash = "#/correct"));
  await app.page.getByText("No model has answered for this image").waitFor();
  await app.page.getByRole("button", { name: "Add a box" }).click();
  await app.page.keyboard.type("edge");
  await app.page.keyboard.press("Enter");
  expect((await exported())[0]["bounding-box"].annotations).toEqual([
    { class_id: 0, left: 75, top: 38, width: 50, height: 25 },
  ]);
});

test.each(["light", "dark"] as const)(
  "axe finds nothing, and narrow screens cut nothing off, %s",
  async (colorScheme) => {
    await app.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await correct(await jpeg(app.bench, 800, 400), {
      ...(await jpeg(app.bench, 300, 300)),
      name: `${"b".repeat(200)}.jpg`,
    });
    expect(await axeViolations(app.page)).toEqual([]);
    await mark("washer").focus();
    await press("Enter");
    await app.page.keyboard.type("a".repeat(255));
    expect(await axeViolations(app.page)).toEqual([]);
    await press("Enter");
    await app.page.getByLabel("Where the images are in S3").fill("photos");
    expect(await axeViolations(app.page)).toEqual([]);
    await app.page.setViewportSize({ width: 360, height: 740 });
    expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  },
);
