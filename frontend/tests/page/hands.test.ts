import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { version } from "../support/aws";
import { jpeg, png } from "../support/images";
import { Site, settingsText } from "../support/site";

const app = appUnderTest();

test("two fingers zoom the image, keep what is between them, and fit it again", async () => {
  const { page } = app;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 2 });
  await page.setViewportSize({ width: 400, height: 800 });
  await app.open();
  await app.choose(await jpeg(app.bench, 800, 600));
  await app.reach("done");
  const picture = page.locator(".picture");
  const view = await page.locator("#view").boundingBox();
  if (view === null) throw new Error("no view");
  const [x, y] = [view.x + view.width * 0.6, view.y + view.height * 0.5];
  const width = async () => (await picture.boundingBox())?.width ?? 0;
  const under = async () => (x - ((await picture.boundingBox())?.x ?? 0)) / (await width());
  /** Move two fingers from one distance to another, in pixels. */
  const pinch = async (from: number, to: number) => {
    const fingers = (apart: number) => [
      { x: x - apart / 2, y, id: 0 },
      { x: x + apart / 2, y, id: 1 },
    ];
    await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(from) });
    for (let step = 1; step <= 8; step++) {
      const touchPoints = fingers(from + ((to - from) * step) / 8);
      await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints });
    }
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  const [fitted, place] = [await width(), await under()];
  await pinch(50, 150);
  await expect.poll(async () => (await width()) / fitted).toBeCloseTo(3, 1);
  expect(await under()).toBeCloseTo(place, 1);
  // The page itself is not zoomed, and has not been scrolled.
  expect(await page.evaluate(() => [visualViewport?.scale, scrollY])).toEqual([1, 0]);
  await pinch(200, 20);
  await expect.poll(width).toBeCloseTo(fitted, 0);
});

test("a dropped folder gives its images at any depth, and leaves out its other files", async () => {
  const folder = join(app.folder, "dropped");
  await mkdir(join(folder, "b", "deeper"), { recursive: true });
  const { buffer } = png("", 70, 70);
  for (const name of ["a.png", "b/b.png", "b/deeper/c.png"]) await writeFile(join(folder, name), buffer);
  await writeFile(join(folder, "b", "notes.txt"), "no image");
  await app.open();
  await app.reach("ready");
  const cdp = await app.page.context().newCDPSession(app.page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  const drag = (type: "dragEnter" | "dragOver" | "drop") =>
    cdp.send("Input.dispatchDragEvent", { type, x: 300, y: 400, data });
  await drag("dragEnter");
  await drag("dragOver");
  await app.page.locator(".stage.dragging").waitFor();
  await drag("drop");
  await expect
    .poll(() => app.page.locator(".strip bdi").allInnerTexts())
    .toEqual(["a.png", "b.png", "c.png"]);
  expect(await app.page.locator(".dragging").count()).toBe(0);
  await expect.poll(() => app.sent().length).toBe(3);
});

test("a hidden page asks AWS nothing, and asks at once when it is seen again", async () => {
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "STARTING")],
  });
  app.site = await Site.start(settingsText(app.aws.url), app.aws.url);
  await app.page.goto(`${app.site.url}blank`);
  // In a window of its own that the driver does not know: it has all of its own take themselves for seen.
  const cdp = await app.browser.newBrowserCDPSession();
  const { browserContextId } = await cdp.send("Target.createBrowserContext");
  const { targetId } = await cdp.send("Target.createTarget", {
    url: app.site.url,
    browserContextId,
    newWindow: true,
  });
  const { windowId } = await cdp.send("Browser.getWindowForTarget", { targetId });
  const show = (windowState: "normal" | "minimized") =>
    cdp.send("Browser.setWindowBounds", { windowId, bounds: { windowState } });
  const asked = () => app.aws.of("DescribeProjectVersions").length;
  await expect.poll(asked, { timeout: 12_000 }).toBe(2); // the second by itself
  await show("minimized");
  await app.page.waitForTimeout(7_000);
  expect(asked()).toBe(2);
  await show("normal");
  await expect.poll(asked, { timeout: 1_000 }).toBe(3);
  await cdp.send("Target.disposeBrowserContext", { browserContextId });
});
