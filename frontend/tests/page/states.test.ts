import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, type Handler, PARTS, PARTS_V1, version } from "../support/aws";
import { axeViolations } from "../support/axe";
import { jpeg, png } from "../support/images";

const app = appUnderTest();
const SCHEMES = ["light", "dark"] as const;
/** What is wrong with each state that was looked at. */
let found: Record<string, string[]>;
let page: Page;

beforeEach(() => {
  found = {};
  ({ page } = app);
});

/** What axe finds in a state, and whether 360 px are too few for it. */
async function look(state: string): Promise<void> {
  const wrong = await axeViolations(page);
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 360) wrong.push(`needs ${width} px`);
  if (before !== null) await page.setViewportSize(before);
  found[state] = wrong;
}

function expectNothing(...states: string[]): void {
  expect(found).toEqual(Object.fromEntries(states.map((state) => [state, []])));
}

async function open(colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await app.open();
  await app.reach("ready");
}

async function go(hash: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), hash);
}

function button(name: string | RegExp) {
  return page.getByRole("button", { name });
}

test.each(SCHEMES)("many images: axe finds nothing, and 360 px are enough, %s", async (scheme) => {
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  let answered = 0;
  app.aws.answers["DetectCustomLabels"] = async (call) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (++answered % 3 === 0) throw new AwsError("ResourceNotReadyException", "not yet");
    return usual(call);
  };
  await open(scheme);
  const { buffer } = png("", 70, 70);
  await app.choose(...Array.from({ length: 40 }, (_, index) => ({ name: `${index + 1}.png`, buffer })));
  await page.locator(".course p", { hasText: /^[1-9]\d* of 40 images/ }).waitFor();
  await button("Pause").click();
  await button("Go on").waitFor();
  await look("paused");
  await button("Go on").click();
  await button("Pause").waitFor();
  await look("running");
  await button(/^Retry \d+ failed$/).waitFor();
  await look("failures");
  expectNothing("paused", "running", "failures");
});

test.each(SCHEMES)("one image: axe finds nothing, and 360 px are enough, %s", async (scheme) => {
  await open(scheme);
  await app.choose(await jpeg(app.bench, 800, 400));
  await app.reach("done");
  await button("Zoom in").click();
  await button("Zoom in").click();
  await look("zoomed");
  await page.getByText("Save", { exact: true }).click();
  await page.getByLabel("Where the images are in S3").fill("bucket");
  await look("save");
  await page.getByText("Request and response").click();
  for (const form of ["Request", "Response", "AWS CLI", "Python"]) {
    await page.getByRole("button", { name: form, exact: true }).click();
    await look(form);
  }
  expectNothing("zoomed", "save", "Request", "Response", "AWS CLI", "Python");
});

test.each(SCHEMES)("Projects: axe finds nothing, and 360 px are enough, %s", async (scheme) => {
  const arns = Array.from({ length: 20 }, (_, index) => PARTS.replace("parts", `project-${index}`));
  const refresh = () => button("Refresh").click();
  await open(scheme);
  await go("#/projects");
  app.aws.answers["DescribeProjects"] = () => ({
    ProjectDescriptions: arns.map((ProjectArn) => ({ ProjectArn })),
  });
  app.aws.answers["DescribeProjectVersions"] = ({ body }) => ({
    ProjectVersionDescriptions: ["RUNNING", "STOPPED", "TRAINING_FAILED"].map((status, index) =>
      version(`v${index}`, status, {
        ProjectVersionArn: body.ProjectArn.replace(/\/(\d+)$/, `/version/v${index}/$1`),
        StatusMessage: "The manifest file has too few images.",
      }),
    ),
  });
  await refresh();
  await look("loading");
  await expect.poll(() => app.status(), { timeout: 10_000 }).toBe("60 models in 20 projects");
  await look("many");
  await page.getByLabel("Search").fill("project-1");
  await page.getByLabel("Status").selectOption({ label: "running" });
  await expect.poll(() => app.status()).toBe("11 of 60 models in 11 projects");
  await look("filtered");
  await page.getByLabel("Search").fill("no such project");
  await look("nothing matches");
  app.aws.answers["DescribeProjects"] = () => ({ ProjectDescriptions: [] });
  await refresh();
  await page.getByRole("heading", { name: "No projects yet" }).waitFor();
  await look("empty");
  app.aws.answers["DescribeProjects"] = () => {
    throw new AwsError("AccessDeniedException", "User is not authorized to perform this");
  };
  await refresh();
  await page.getByRole("alert").waitFor();
  await look("refused");
  expectNothing("loading", "many", "filtered", "nothing matches", "empty", "refused");
});

test.each(SCHEMES)("Compare and Help: axe finds nothing, and 360 px are enough, %s", async (scheme) => {
  const v2 = PARTS_V1.replace("/v1/", "/v2/");
  await open(scheme);
  await go("#/compare");
  await page.getByRole("heading", { name: "Two running models are needed" }).waitFor();
  await look("one model");
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING"), version("v2", "RUNNING")],
  });
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = (call) => {
    const { CustomLabels } = usual(call) as { CustomLabels: object[] };
    return { CustomLabels: CustomLabels.slice(call.body.ProjectVersionArn === v2 ? 1 : 0, 3) };
  };
  await go("#/detect");
  await button("Refresh").click();
  await app.reach("ready");
  await go(`#/compare?a=${PARTS_V1}&b=${v2}`);
  await page.getByRole("heading", { name: "No images yet" }).waitFor();
  await look("no images");
  await go("#/detect");
  await app.choose(await jpeg(app.bench, 400, 300), { ...(await jpeg(app.bench, 300, 400)), name: "b.jpg" });
  await go(`#/compare?a=${PARTS_V1}&b=${v2}`);
  await expect.poll(() => app.status()).toBe("2 of 2 images compared");
  await look("compared");
  await page.locator(".differences tbody tr").first().focus();
  await look("lit");
  await go("#/help");
  await page.getByRole("heading", { name: "Privacy" }).waitFor();
  await look("help");
  expectNothing("one model", "no images", "compared", "lit", "help");
});

test.each(SCHEMES)("Correct: axe finds nothing, and 360 px are enough, %s", async (scheme) => {
  await open(scheme);
  await go("#/correct");
  await page.getByRole("heading", { name: "No images yet" }).waitFor();
  await look("no images");
  await go("#/detect");
  await app.choose(await jpeg(app.bench, 800, 400));
  await app.reach("done");
  await go("#/correct");
  const canvas = page.getByRole("application");
  await canvas.locator("img").waitFor();
  const edges = await canvas.boundingBox();
  if (edges === null) throw new Error("no canvas");
  const at = (x: number, y: number) => [edges.x + x * edges.width, edges.y + y * edges.height] as const;
  await page.mouse.move(...at(0.4, 0.05));
  await page.mouse.down();
  await page.mouse.move(...at(0.6, 0.3), { steps: 4 });
  await page.locator(".drawn").waitFor();
  await look("drawing");
  await page.mouse.move(...at(0.6, 0.3));
  await page.mouse.up();
  await page.locator("#label-name").waitFor();
  await look("naming");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await look("bad name");
  await page.keyboard.type("burr");
  await page.keyboard.press("Enter");
  await canvas.getByRole("button", { name: /^burr/ }).waitFor();
  await look("corrected");
  expectNothing("no images", "drawing", "naming", "bad name", "corrected");
});
