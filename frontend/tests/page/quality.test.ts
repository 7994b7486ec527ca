import { extname } from "node:path";
import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, version } from "../support/aws";
import { axeViolations } from "../support/axe";
import { jpeg } from "../support/images";
import { settingsText } from "../support/site";
import { totp, UserPool } from "../support/user-pool";

const app = appUnderTest();

test.each(["light", "dark"] as const)("axe finds nothing in any state, %s", async (colorScheme) => {
  await app.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await app.open();
  await app.reach("ready");
  expect(await axeViolations(app.page)).toEqual([]);
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("done");
  await app.page.locator("tbody tr").first().focus();
  expect(await axeViolations(app.page)).toEqual([]);
  app.aws.answers["DetectCustomLabels"] = () => {
    throw new AwsError("AccessDeniedException", "no");
  };
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("failed");
  expect(await axeViolations(app.page)).toEqual([]);
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "STOPPED")],
  });
  await app.page.getByRole("button", { name: "Refresh" }).click();
  await app.page.getByRole("heading", { name: "No model is running" }).waitFor();
  expect(await axeViolations(app.page)).toEqual([]);
});

test.each(["light", "dark"] as const)(
  "axe finds nothing in any state of a member's page, %s",
  async (colorScheme) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const pool = new UserPool(app.aws);
    const user = pool.add("ann@example.com", { temporary: true, key: "JBSWY3DPEHPK3PXP", asks: true });
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    const found: Record<string, string[]> = {};
    const look = async (state: string, sign: string) => {
      await page.getByText(sign).first().waitFor();
      found[state] = await axeViolations(app.page);
      // The same at the narrowest: nothing is cut off sideways.
      await page.setViewportSize({ width: 360, height: 740 });
      if ((await page.evaluate(() => document.documentElement.scrollWidth)) > 360)
        found[state].push("too wide");
      await page.setViewportSize({ width: 1280, height: 720 });
    };
    await app.open(settingsText(app.aws.url, [], pool.signIn));
    await look("form", "Sign in");
    await page.getByLabel("E-mail").fill("ann@example.com");
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await button("Sign in").click();
    await look("refused", "The e-mail or the password is wrong");
    await page.getByLabel("Password", { exact: true }).fill(user.password);
    await button("Sign in").click();
    await look("new password", "Choose your password");
    await page.getByLabel("New password").fill("Correct-horse-2");
    await button("Set password").click();
    await look("code", "Enter your code");
    await page.getByLabel("Code").fill(totp("JBSWY3DPEHPK3PXP"));
    await button("Sign in").click();
    await app.reach("ready");
    await look("signed in", "operator");
    await button("Account").click();
    await look("account", "On: signing in asks");
    await button("Turn off").click();
    await button("Turn on").click();
    await look("key", "Add this key");
    await button("Close").click();
    await button("Stop").click();
    await look("stop", "Nobody can detect");
    await button("Cancel").click();
    await page.getByLabel("Model").selectOption({ label: "v2 · training completed" });
    await button("Start").click();
    await look("start", "This costs");
    expect(Object.values(found).flat()).toEqual([]);
    expect(Object.keys(found)).toHaveLength(9);
  },
);

test.each(["light", "dark"] as const)(
  "a button stays readable under the pointer, %s",
  async (colorScheme) => {
    await app.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const pool = new UserPool(app.aws);
    await app.open(settingsText(app.aws.url, [], pool.signIn));
    for (const name of ["Sign in", "Forgot password?"]) {
      await app.page.getByRole("button", { name, exact: true }).hover();
      expect(await axeViolations(app.page)).toEqual([]);
    }
  },
);

test("axe finds nothing on a page without settings", async () => {
  await app.open(null);
  expect(await axeViolations(app.page)).toEqual([]);
});

test.each([360, 1280])(
  "nothing moves by itself at %i px, from the first paint to the boxes",
  async (width) => {
    await app.page.setViewportSize({ width, height: 800 });
    await app.open();
    await app.reach("ready");
    await app.choose(await jpeg(app.bench, 3000, 2000));
    await app.reach("done");
    await app.page.waitForTimeout(200);
    expect((await app.watched()).shifts).toEqual([]);
  },
);

test("the keyboard alone reaches everything, in the order of the page", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("done");
  await app.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const reached: string[] = [];
  for (let step = 0; step < 19; step++) {
    await app.page.keyboard.press("Tab");
    reached.push(
      await app.page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        return element.id || element.innerText.replaceAll("\t", " ");
      }),
    );
  }
  expect(reached).toEqual([
    "Detect",
    "Projects",
    "Compare",
    "Correct",
    "Help",
    "model",
    "Refresh",
    "file",
    "folder",
    "view",
    "−",
    "+",
    "Fit",
    "threshold",
    "washer 97.3 %",
    "bolt 88.0 %",
    "hex nut 61.4 %",
    "Save",
    "Request and response",
  ]);
});

test.each([
  [360, 740],
  [640, 400], // 1280 × 800 at 200 %
])("nothing is cut off sideways at %i × %i", async (width, height) => {
  await app.page.setViewportSize({ width, height });
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("a".repeat(255), "RUNNING")],
  });
  await app.open();
  await app.choose({ ...(await jpeg(app.bench, 300, 300)), name: `${"long name ".repeat(20)}.jpg` });
  await app.reach("done");
  expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
});

test("on a narrow screen every control is large enough for a finger", async () => {
  await app.page.setViewportSize({ width: 360, height: 740 });
  await app.open();
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("done");
  await app.page.getByText("Request and response").waitFor();
  const controls = app.page.locator("nav a, button, .button, select, summary");
  const small = () =>
    controls.evaluateAll((all) =>
      all
        .map((one) => [one.textContent, one.getBoundingClientRect().height] as const)
        .filter(([, height]) => height > 0 && height < 44),
    );
  expect(await controls.count()).toBeGreaterThan(12);
  expect(await small()).toEqual([]);
  await app.page.getByRole("link", { name: "Correct" }).click();
  await app.page.locator(".canvas img").waitFor();
  await app.page
    .getByRole("button", { name: /^Rename/ })
    .first()
    .waitFor();
  expect(await small()).toEqual([]);
});

test("a guest's first page takes five requests, none of them for the sign-in, and the browser keeps nothing", async () => {
  await app.open();
  await app.reach("ready");
  expect(scripts()).toEqual(["index", "main"]);
  const kinds = app.site.requests.map(extname).filter((kind) => kind !== ".svg"); // the icon comes when it likes
  expect(kinds.sort()).toEqual([".css", ".html", ".js", ".js"]);
  const kept = await app.page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => name),
    document.cookie,
  ]);
  expect(kept).toEqual([""]);
});

test("the first image with its boxes, table and tools brings two more scripts", async () => {
  await app.open();
  await app.reach("ready");
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("done");
  await app.page.getByText("Request and response").waitFor();
  const later = ["keep-fresh"]; // comes by the clock, not with an image
  expect(scripts().filter((name) => !later.includes(name))).toEqual(["index", "main", "images", "shared"]);
});

test("a member's first page takes five requests; the worker comes while the person types", async () => {
  const pool = new UserPool(app.aws);
  await app.open(settingsText(app.aws.url, [], pool.signIn));
  await app.page.getByLabel("E-mail").waitFor();
  await app.page.waitForLoadState("networkidle");
  expect(scripts()).toEqual(["index", "start", "shared"]);
  const kinds = app.site.requests.map(extname).filter((kind) => kind !== ".svg");
  expect(kinds.sort()).toEqual([".css", ".html", ".js", ".js", ".js"]);
  await app.page.getByLabel("E-mail").fill("a");
  await expect.poll(scripts).toContain("member");
});

/** The scripts that were asked for, in order, without their content's hash. */
function scripts(): string[] {
  return app.site.requests.flatMap((path) => /([\w-]+)-[\w-]{8}\.js$/.exec(path)?.[1] ?? []);
}
