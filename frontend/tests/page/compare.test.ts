import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, type Call, type Handler, label, PARTS_V1, version } from "../support/aws";
import { jpeg, type TestFile } from "../support/images";
import { axeViolations } from "../support/axe";

const app = appUnderTest();
const PARTS_V2 = PARTS_V1.replace("/v1/", "/v2/");
const COMPARE = `#/compare?a=${PARTS_V1}&b=${PARTS_V2}`;

/** Two running models that agree on one bolt, and find a nut or a washer alone. */
function twoModels(): void {
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING"), version("v2", "RUNNING")],
  });
  app.aws.answers["DetectCustomLabels"] = ({ body }: Call) => ({
    CustomLabels:
      body.ProjectVersionArn === PARTS_V1
        ? [
            label("bolt", 90, [0.1, 0.1, 0.3, 0.3]),
            label("nut", 70, [0.6, 0.6, 0.2, 0.2]),
            label("rusty", 80),
          ]
        : [
            label("bolt", 96.5, [0.11, 0.1, 0.3, 0.3]),
            label("washer", 60, [0.6, 0.6, 0.2, 0.2]),
            label("rusty", 75),
          ],
  });
}

async function choose(...files: TestFile[]): Promise<void> {
  await app.reach("ready");
  for (const file of files) await app.choose(file);
  await app.reach("done");
}

async function go(hash: string): Promise<void> {
  await app.page.evaluate((hash) => (location.hash = hash), hash);
}

async function rows(): Promise<string[]> {
  return app.page.getByRole("table", { name: "Labels of this image" }).locator("tbody tr").allInnerTexts();
}

test("the same image goes through both models, and what differs is marked", async () => {
  twoModels();
  await app.open();
  await choose(await jpeg(app.bench, 400, 300));
  await go(COMPARE);
  await expect.poll(() => app.status()).toBe("1 of 1 image compared");
  expect(await rows()).toEqual([
    "bolt\t90.0 %\t96.5 %\t+6.5",
    "rusty\t80.0 %\t75.0 %\t−5.0",
    "nut\t70.0 %\t–\tonly A",
    "washer\t–\t60.0 %\tonly B",
  ]);
  const [first, second] = [
    app.page.getByRole("region", { name: "A: parts v1" }),
    app.page.getByRole("region", { name: "B: parts v2" }),
  ];
  const labels = (side: typeof first) =>
    side
      .locator("g")
      .evaluateAll((all) =>
        all.map((one) => [
          one.querySelector("[data-label]")?.getAttribute("data-label"),
          one.classList.contains("alone"),
        ]),
      );
  expect(await labels(first)).toEqual([
    ["bolt", false],
    ["nut", true],
  ]);
  expect(await labels(second)).toEqual([
    ["bolt", false],
    ["washer", true],
  ]);
  expect(await first.locator(".chips").innerText()).toBe("rusty");
  expect((await app.page.locator(".totals").innerText()).split("\n")).toEqual([
    ...["Both", "2", "Only A", "1", "Only B", "1"],
    ...["Mean confidence of A", "80.0 %", "Mean confidence of B", "77.2 %"],
  ]);
  expect(app.sent()[0]?.equals(app.sent()[1] as Buffer)).toBe(true);
});

test("a row lights its box on both sides", async () => {
  twoModels();
  await app.open();
  await choose(await jpeg(app.bench, 400, 300));
  await go(COMPARE);
  await app.page.locator(".differences tbody tr").first().focus();
  expect(await app.page.locator(".lit rect[data-label]").count()).toBe(2);
  await app.page.keyboard.press("Tab");
  await app.page.keyboard.press("Tab");
  expect(await app.page.locator(".lit rect[data-label]").getAttribute("data-label")).toBe("nut");
});

test("the threshold counts for both models at once, without another call", async () => {
  twoModels();
  await app.open();
  await choose(await jpeg(app.bench, 400, 300));
  await go(COMPARE);
  await app.page.getByRole("table").waitFor();
  await app.page.getByLabel("Confidence at least").fill("78");
  expect(await rows()).toEqual(["bolt\t90.0 %\t96.5 %\t+6.5", "rusty\t80.0 %\t–\tonly A"]);
  await app.page.getByLabel("Confidence at least").fill("99");
  expect(await app.page.getByText("Neither model found a label above the threshold.").count()).toBe(1);
  expect(app.sent()).toHaveLength(2);
});

test("every image is compared, and each says how much differs in it", async () => {
  twoModels();
  await app.open();
  await app.reach("ready");
  await app.choose(await jpeg(app.bench, 400, 300), {
    ...(await jpeg(app.bench, 300, 300)),
    name: "two.jpg",
  });
  await go(COMPARE);
  await expect.poll(() => app.status()).toBe("2 of 2 images compared");
  const images = app.page.getByRole("list", { name: "Images" }).getByRole("button");
  expect(await images.allInnerTexts()).toEqual(["photo.jpg\n2 differ", "two.jpg\n2 differ"]);
  await images.nth(1).click();
  expect(await images.nth(1).getAttribute("aria-pressed")).toBe("true");
  expect(await app.page.getByAltText("two.jpg").count()).toBe(2);
  expect(await app.page.locator(".totals dd").first().innerText()).toBe("4");
});

test("choosing a model changes the address, which can be passed on", async () => {
  twoModels();
  await app.open();
  await app.reach("ready");
  await go("#/compare");
  await app.page.getByLabel("Model A").selectOption({ label: "v2 · running" });
  expect(await app.page.evaluate(() => location.hash)).toContain(`a=${PARTS_V2}`);
  await app.page.getByLabel("Model B").selectOption({ label: "v1 · running" });
  expect(await app.page.evaluate(() => location.hash)).toBe(`#/compare?a=${PARTS_V2}&b=${PARTS_V1}`);
});

test("the same model twice, a model that does not run, one that is not listed, and no image are explained", async () => {
  twoModels();
  await app.open();
  await app.reach("ready");
  await go(COMPARE);
  await app.page.getByText("No images yet").waitFor();
  await go(`#/compare?a=${PARTS_V1}&b=${PARTS_V1}`);
  await app.page.getByText("A model agrees with itself in everything").waitFor();
  await go(`#/compare?a=${PARTS_V1}&b=${PARTS_V1.replace("/v1/", "/gone/")}`);
  await app.page.getByText("The model that the address names is not listed.").waitFor();
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING"), version("v2", "STOPPED")],
  });
  await go(COMPARE);
  await app.page.reload();
  await app.page.getByText("stopped: it must run to be compared.").waitFor();
  await app.page.getByRole("heading", { name: "Two running models are needed" }).waitFor();
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING")],
  });
  await go("#/compare");
  await app.page.reload();
  await app.page.getByText("This app sees one model only").waitFor();
});

test("models that cannot be listed are explained, and Retry lists them", async () => {
  twoModels();
  const projects = app.aws.answers["DescribeProjects"] as Handler;
  app.aws.answers["DescribeProjects"] = () => {
    throw new AwsError("AccessDeniedException", "words of AWS");
  };
  await app.open();
  await app.reach("failed");
  await go("#/compare");
  expect(await app.alert()).toContain("AccessDeniedException: this app's role may not list the models");
  app.aws.answers["DescribeProjects"] = projects;
  await app.page.getByRole("button", { name: "Retry" }).click();
  await expect.poll(() => app.status()).toBe("No images to compare yet");
});

test("when one model refuses, its side says why, and Retry asks it again", async () => {
  twoModels();
  const both = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = (call) => {
    if (call.body.ProjectVersionArn === PARTS_V2) throw new AwsError("AccessDeniedException", "words of AWS");
    return both(call);
  };
  await app.open();
  await choose(await jpeg(app.bench, 400, 300));
  await go(COMPARE);
  const side = app.page.getByRole("region", { name: "B: parts v2" });
  expect(await side.getByRole("alert").innerText()).toContain("AccessDeniedException");
  app.aws.answers["DetectCustomLabels"] = both;
  await side.getByRole("button", { name: "Retry" }).click();
  await expect.poll(() => app.status()).toBe("1 of 1 image compared");
  expect(await app.page.getByRole("alert").count()).toBe(0);
});

test.each(["light", "dark"] as const)(
  "axe finds nothing, and narrow screens cut nothing off, %s",
  async (colorScheme) => {
    twoModels();
    const odd = ["<img src=x onerror=alert(1)>", "مرحبا", "a".repeat(255)];
    app.aws.answers["DetectCustomLabels"] = ({ body }) => ({
      CustomLabels: odd.map((name, index) =>
        label(
          name,
          90 - index,
          body.ProjectVersionArn === PARTS_V1 || index > 0 ? [-0.2, 0.9, 3, 0.5] : undefined,
        ),
      ),
    });
    await app.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await app.open();
    await app.reach("ready");
    await go(COMPARE);
    await app.page.getByText("No images yet").waitFor();
    expect(await axeViolations(app.page)).toEqual([]);
    await go("#/detect");
    await app.choose(await jpeg(app.bench, 400, 300), {
      ...(await jpeg(app.bench, 300, 300)),
      name: "two.jpg",
    });
    await go(COMPARE);
    await expect.poll(() => app.status()).toBe("2 of 2 images compared");
    expect(await app.page.locator(".differences bdi").first().innerText()).toBe("مرحبا");
    await app.page.locator(".differences tbody tr").first().focus();
    expect(await axeViolations(app.page)).toEqual([]);
    await app.page.setViewportSize({ width: 360, height: 740 });
    expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  },
);
