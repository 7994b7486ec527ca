import { expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, type Handler, label, PARTS, PARTS_V1, version } from "../support/aws";
import { jpeg, png } from "../support/images";
import { settingsText } from "../support/site";

const app = appUnderTest();

function projectArn(name: string): string {
  return PARTS.replace("/parts/", `/${name}/`);
}

/** Answer with an error the first `times` times. */
function failing(name: string, times: number, then: Handler): Handler {
  let left = times;
  return (call) => {
    if (left-- > 0) throw new AwsError(name, "words of AWS");
    return then(call);
  };
}

async function rows(): Promise<string[]> {
  return app.page.locator("tbody tr").allInnerTexts();
}

test("boxes lie on the image where the model found them, and each is a row of the table", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 800, 400));
  await app.reach("done");
  expect(await app.status()).toBe("3 labels found, 1 below 50 %");
  expect(await rows()).toEqual(["washer\t97.3 %", "bolt\t88.0 %", "hex nut\t61.4 %"]);
  expect(
    app.aws.of("DetectCustomLabels").map(({ body }) => [body.ProjectVersionArn, body.MinConfidence]),
  ).toEqual([[PARTS_V1, 0]]);
  const image = await app.page.locator(".picture img").boundingBox();
  const box = await app.page.locator('svg rect[data-label="washer"]').evaluate((rect) => {
    const { x, y, width, height } = rect.getBoundingClientRect();
    return { x, y, width, height };
  });
  if (image === null) throw new Error("no image");
  expect((box.x - image.x) / image.width).toBeCloseTo(0.1, 2);
  expect((box.y - image.y) / image.height).toBeCloseTo(0.2, 2);
  expect(box.width / image.width).toBeCloseTo(0.25, 2);
  expect(box.height / image.height).toBeCloseTo(0.3, 2);
  expect(image.width / image.height).toBeCloseTo(2, 2);
});

test("the zoom's buttons hide nothing of the image, whatever its shape", async () => {
  await app.open();
  for (const size of [
    { width: 1280, height: 800 },
    { width: 360, height: 740 },
    { width: 640, height: 400 },
  ]) {
    await app.page.setViewportSize(size);
    for (const [width, height] of [
      [960, 640],
      [400, 800],
    ] as const) {
      await app.choose(await jpeg(app.bench, width, height));
      await app.reach("done");
      const image = app.page.locator(`.picture img[width="${width}"]`);
      await image.waitFor();
      const [shown, buttons] = [await image.boundingBox(), await app.page.locator(".zoom").boundingBox()];
      if (shown === null || buttons === null) throw new Error("not drawn");
      expect(shown.y + shown.height).toBeLessThanOrEqual(buttons.y + 0.5);
      expect(shown.width / shown.height).toBeCloseTo(width / height, 1);
    }
  }
});

test("the time from choosing an image to its painted boxes can be measured", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 800, 400));
  await app.page.waitForFunction(() => performance.getEntriesByName("boxes-painted").length === 1);
  const [chosen, painted] = await app.page.evaluate(() =>
    ["image-chosen", "boxes-painted"].map((name) => performance.getEntriesByName(name)[0]?.startTime ?? -1),
  );
  expect(painted).toBeGreaterThan(chosen ?? Infinity);
  expect(await app.page.locator("svg rect[data-label]").count()).toBe(3);
});

test("the threshold filters at once, without another call", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("done");
  await app.page.getByLabel("Confidence at least").fill("0");
  expect(await rows()).toHaveLength(4);
  await app.page.getByLabel("Confidence at least").fill("99");
  expect(await app.status()).toBe("No labels found above 99 %, 4 below");
  expect(await app.page.locator("svg rect[data-label]").count()).toBe(0);
  expect(app.aws.of("DetectCustomLabels")).toHaveLength(1);
});

test("a row lights its box, and a box its row", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 600, 600));
  await app.reach("done");
  await app.page.locator("tbody tr").nth(1).focus();
  expect(await app.page.locator("svg .lit rect[data-label]").getAttribute("data-label")).toBe("bolt");
  await app.page.keyboard.press("Tab");
  expect(await app.page.locator("svg .lit rect[data-label]").getAttribute("data-label")).toBe("hex nut");
  await app.page.locator('svg rect[data-label="washer"]').hover();
  expect(await app.page.locator("tbody tr.lit").allInnerTexts()).toEqual(["washer\t97.3 %"]);
});

test("labels of the whole image, odd names and boxes beyond the edge are shown as text and inside the image", async () => {
  const names = ["<img src=x onerror=alert(1)>", "__proto__", "مرحبا", "a".repeat(255)];
  app.aws.answers["DetectCustomLabels"] = () => ({
    CustomLabels: names.map((name, index) =>
      label(name, 90 - index, index === 0 ? undefined : [-0.2, 0.9, 3, 0.5]),
    ),
  });
  await app.open();
  await app.page.setViewportSize({ width: 360, height: 740 });
  await app.choose(await jpeg(app.bench, 300, 300));
  await app.reach("done");
  expect(await app.page.locator("tbody td:first-child").allInnerTexts()).toEqual(names);
  expect(await app.page.locator(".chips").innerText()).toBe(names[0]);
  const rect = app.page.locator('svg rect[data-label="__proto__"]');
  expect(
    await rect.evaluate((box) => ["x", "width", "y"].map((name) => Number(box.getAttribute(name)))),
  ).toEqual([0, 300, 270]);
  expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});

test("all pages of projects and versions are listed, at most four requests a second, first model running first", async () => {
  const names = ["constructor", "__proto__", "p3", "p4", "p5", "p6"];
  app.aws.answers["DescribeProjects"] = ({ body }) =>
    body.NextToken === "2"
      ? { ProjectDescriptions: names.slice(3).map((name) => ({ ProjectArn: projectArn(name) })) }
      : {
          ProjectDescriptions: names.slice(0, 3).map((name) => ({ ProjectArn: projectArn(name) })),
          NextToken: "2",
        };
  app.aws.answers["DescribeProjectVersions"] = ({ body }) => {
    const name = body.ProjectArn.split("/")[1];
    const arn = (of: string) => ({
      ProjectVersionArn: PARTS_V1.replace("/parts/", `/${name}/`).replace("/v1/", `/${of}/`),
    });
    if (name === "p3" && body.NextToken === undefined) {
      return { ProjectVersionDescriptions: [version("x", "FUTURE_STATUS", arn("new"))], NextToken: "more" };
    }
    return {
      ProjectVersionDescriptions: [version("x", name.startsWith("p") ? "RUNNING" : "STOPPED", arn("v1"))],
    };
  };
  await app.open();
  await app.reach("ready");
  const select = app.page.getByLabel("Model");
  expect(
    await select
      .locator("optgroup")
      .evaluateAll((groups) => groups.map((group) => group.getAttribute("label"))),
  ).toEqual(names);
  expect(await select.locator("option").allInnerTexts()).toEqual([
    "v1 · stopped",
    "v1 · stopped",
    "new · future status",
    "v1 · running",
    "v1 · running",
    "v1 · running",
    "v1 · running",
  ]);
  expect(await app.page.locator("#facts").innerText()).toBe(
    "p3 · F1 score 0.97 · 1 inference unit · trained 22 Nov 2026",
  );
  const times = app.aws.of("DescribeProjectVersions").map(({ at }) => at);
  expect(times).toHaveLength(7);
  for (const [index, at] of times.slice(4).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThan(900);
});

test("one project's failure does not lose the others", async () => {
  app.aws.answers["DescribeProjects"] = () => ({
    ProjectDescriptions: [{ ProjectArn: projectArn("secret") }, { ProjectArn: PARTS }],
  });
  const versions = app.aws.answers["DescribeProjectVersions"] as Handler;
  app.aws.answers["DescribeProjectVersions"] = (call) => {
    if (call.body.ProjectArn.includes("secret")) throw new AwsError("AccessDeniedException", "no");
    return versions(call);
  };
  await app.open();
  await app.reach("ready");
  expect(await app.page.locator(".warning").innerText()).toMatch(
    /^secret could not be listed. AccessDeniedException: /,
  );
  expect(await app.page.locator("#facts").innerText()).toContain("parts");
});

test("only the projects that the settings name are asked for, and a missing one is said", async () => {
  app.aws.answers["DescribeProjects"] = () => ({
    ProjectDescriptions: ["other", "parts", "more"].map((name) => ({ ProjectArn: projectArn(name) })),
  });
  await app.open(settingsText(app.aws.url, ["parts", "gone"]));
  await app.reach("ready");
  expect(app.aws.of("DescribeProjectVersions").map(({ body }) => body.ProjectArn)).toEqual([PARTS]);
  expect(await app.page.locator(".warning").innerText()).toContain("gone could not be listed.");
});

test("another model runs on the same image, and the answer of the one before it never shows", async () => {
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING"), version("v2", "RUNNING")],
  });
  let release: (answer: unknown) => void = () => {};
  app.aws.answers["DetectCustomLabels"] = ({ body }) =>
    body.ProjectVersionArn === PARTS_V1
      ? new Promise((resolve) => (release = resolve))
      : { CustomLabels: [label("fresh", 90, [0.1, 0.1, 0.5, 0.5])] };
  await app.open();
  await app.choose(await jpeg(app.bench, 200, 200));
  await expect.poll(() => app.sent().length).toBe(1);
  await app.page.getByLabel("Model").selectOption({ label: "v2 · running" });
  await app.reach("done");
  release({ CustomLabels: [label("stale", 99, [0.1, 0.1, 0.5, 0.5])] });
  await app.page.waitForTimeout(300);
  expect(await rows()).toEqual(["fresh\t90.0 %"]);
  expect(app.sent()[0]?.equals(app.sent()[1] as Buffer)).toBe(true);
});

test("a new image ends the work on the one before it", async () => {
  let release: (answer: unknown) => void = () => {};
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = () => new Promise((resolve) => (release = resolve));
  await app.open();
  await app.choose(await jpeg(app.bench, 200, 200));
  await expect.poll(() => app.sent().length).toBe(1);
  app.aws.answers["DetectCustomLabels"] = usual;
  await app.choose(png("second.png", 100, 100));
  await app.reach("done");
  release({ CustomLabels: [label("stale", 99)] });
  await app.page.waitForTimeout(300);
  expect(await rows()).toHaveLength(3);
  expect(await app.page.getByAltText("second.png").count()).toBe(1);
});

test("an image can be dropped anywhere or pasted, and what is no file is answered", async () => {
  await app.open();
  await app.reach("ready");
  const give = (kind: "drop" | "paste", type: string | null) =>
    app.page.evaluate(
      async ([kind, type]) => {
        const data = new DataTransfer();
        if (type === null) data.setData("text/plain", "words");
        else {
          const blob = await new OffscreenCanvas(90, 90).getContext("2d")?.canvas.convertToBlob({ type });
          data.items.add(new File([blob as Blob], `${kind}.png`, { type }));
          if (kind === "drop") data.items.add(new File(["x"], "other.txt"));
        }
        const event =
          kind === "drop"
            ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
        document.querySelector("h1")?.dispatchEvent(event);
      },
      [kind, type] as const,
    );
  await give("drop", "image/png");
  await app.page.getByAltText("drop.png").waitFor();
  await app.reach("done");
  await app.page.getByRole("button", { name: "other.txt" }).click();
  await app.reach("failed");
  expect(await app.alert()).toContain("“other.txt” is not an image that this app knows");
  await app.page.getByRole("button", { name: "Remove all" }).click();
  await app.page.getByText("Drop images here").waitFor();
  await give("paste", "image/png");
  await app.page.getByAltText("paste.png").waitFor();
  await app.reach("done");
  await give("drop", null);
  await app.reach("failed");
  expect(await app.alert()).toContain("That was not a file");
});

test("a throttled detection is retried out of sight", async () => {
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = failing("ProvisionedThroughputExceededException", 2, usual);
  await app.open();
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("done");
  expect(app.sent()).toHaveLength(3);
});

test("a failed detection says why, and Retry detects on the same image without reloading", async () => {
  const usual = app.aws.answers["DetectCustomLabels"] as Handler;
  app.aws.answers["DetectCustomLabels"] = failing("ResourceNotReadyException", 1, usual);
  await app.open();
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("failed");
  expect(await app.alert()).toMatch(
    /^ResourceNotReadyException: this model is not running[^.]*\.\s+AWS says: words of AWS/,
  );
  expect(await app.status()).toBe("The detection failed");
  await app.page.getByRole("button", { name: "Retry" }).press("Enter");
  await app.reach("done");
  expect(await app.page.getByRole("alert").count()).toBe(0);
  expect(app.site.requests.filter((path) => path === "/index.html")).toHaveLength(1);
});

test("credentials that Cognito refuses are explained, and asked for anew by Retry", async () => {
  const usual = app.aws.answers["GetId"] as Handler;
  app.aws.answers["GetId"] = failing("NotAuthorizedException", 1, usual);
  await app.open();
  await app.reach("failed");
  expect(await app.alert()).toContain(
    "NotAuthorizedException: the identity pool gives this app no credentials",
  );
  await app.page.getByRole("button", { name: "Retry" }).click();
  await app.reach("ready");
});

test("an identity that the pool has forgotten is replaced by Retry", async () => {
  const usual = app.aws.answers["GetCredentialsForIdentity"] as Handler;
  app.aws.answers["GetCredentialsForIdentity"] = failing("ResourceNotFoundException", 1, usual);
  await app.open();
  await app.reach("failed");
  await app.page.getByRole("button", { name: "Retry" }).click();
  await app.reach("ready");
  expect(app.aws.of("GetId")).toHaveLength(2);
});

test("a service that is gone is said, with its address, and comes back by Retry", async () => {
  await app.open();
  await app.choose(await jpeg(app.bench, 100, 100));
  await app.reach("done");
  await app.page.context().setOffline(true);
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("failed");
  expect(await app.alert()).toMatch(/offline|cannot be reached/);
  await app.page.context().setOffline(false);
  await app.page.getByRole("button", { name: "Retry" }).click();
  await app.reach("done");
});

test("with no running model the app says how to start one, and detects once one runs", async () => {
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "STOPPED")],
  });
  await app.open();
  await app.reach("ready");
  await app.page.getByRole("heading", { name: "No model is running" }).waitFor();
  expect(await app.page.locator("pre").innerText()).toBe(
    `aws rekognition start-project-version --project-version-arn ${PARTS_V1} --min-inference-units 1 --region eu-west-1 --endpoint-url ${app.aws.url}`,
  );
  await app.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await app.page.getByRole("button", { name: "Copy command" }).click();
  await expect.poll(() => app.status()).toBe("Command copied");
  expect(await app.page.evaluate(() => navigator.clipboard.readText())).toContain(PARTS_V1);
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.page.getByAltText("photo.jpg").waitFor();
  expect(app.sent()).toEqual([]);
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: [version("v1", "RUNNING")],
  });
  await app.page.getByRole("button", { name: "Refresh" }).click();
  await app.reach("done");
  expect(await rows()).toHaveLength(3);
});

test("an account without projects is told where to begin", async () => {
  app.aws.answers["DescribeProjects"] = () => ({ ProjectDescriptions: [] });
  await app.open();
  await app.reach("ready");
  await app.page.getByRole("heading", { name: "No projects yet" }).waitFor();
  expect(await app.page.getByLabel("Model").isDisabled()).toBe(true);
});

test.each([
  ["no settings", null, "The page carries no settings."],
  ["bad settings", '{"projects":[]}', 'The setting "region" is missing.'],
])("a page with %s explains itself", async (_, settings, sentence) => {
  await app.open(settings);
  await app.reach("failed");
  expect(await app.alert()).toContain(sentence);
});

test("in another page's frame the app shows nothing", async () => {
  await app.open();
  await app.reach("ready");
  // Without frame-ancestors, as on a bucket that can send no headers.
  await app.page.route("**/framed.html", async (route) => {
    const response = await route.fetch({ url: app.site.url });
    await route.fulfill({ body: await response.text(), contentType: "text/html" });
  });
  await app.page.route("**/framing.html", (route) =>
    route.fulfill({ body: '<iframe src="framed.html"></iframe>', contentType: "text/html" }),
  );
  const calls = app.aws.calls.length;
  await app.page.goto(`${app.site.url}framing.html`);
  await app.page.waitForTimeout(500);
  expect(await app.page.frameLocator("iframe").locator("body").innerText()).toBe("");
  expect(app.aws.calls).toHaveLength(calls);
});
