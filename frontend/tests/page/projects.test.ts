import { beforeEach, expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { axeViolations } from "../support/axe";
import { AwsError, type Handler, PARTS, PARTS_V1, version } from "../support/aws";
import { settingsText } from "../support/site";
import { PASSWORD, UserPool } from "../support/user-pool";

const app = appUnderTest();
const HOUR = 3_600_000;
const STATUSES = [
  "TRAINING_IN_PROGRESS",
  "TRAINING_COMPLETED",
  "TRAINING_FAILED",
  "STARTING",
  "RUNNING",
  "FAILED",
  "STOPPING",
  "STOPPED",
  "DELETING",
  "COPYING_IN_PROGRESS",
  "COPYING_COMPLETED",
  "COPYING_FAILED",
  "DEPRECATED",
  "EXPIRED",
  "SOMETHING_NEW",
];
/** Status by name of the version. */
let statuses: Record<string, string>;

beforeEach(() => {
  statuses = { v1: "RUNNING", v2: "STOPPED" };
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: Object.entries(statuses).map(([name, status]) => version(name, status)),
  });
});

/** Open the page, as a guest. */
async function open(hash = "#/projects"): Promise<void> {
  await app.open();
  await app.reach("ready");
  await go(hash);
}

async function go(hash: string): Promise<void> {
  await app.page.evaluate((to) => void (location.hash = to), hash);
  await app.page.getByRole("heading", { name: "Projects", exact: true }).waitFor();
}

async function enter(group: string): Promise<void> {
  const pool = new UserPool(app.aws);
  pool.add("ann@example.com", { groups: [group] });
  await app.open(settingsText(app.aws.url, [], pool.signIn));
  await app.page.getByLabel("E-mail").fill("ann@example.com");
  await app.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button("Sign in").click();
  await app.reach("ready");
  await go("#/projects");
}

function button(name: string) {
  return app.page.getByRole("button", { name, exact: true });
}

/** The text of a model's row. */
function row(name: string): Promise<string> {
  return app.page.locator("li", { has: app.page.getByText(name, { exact: true }) }).innerText();
}

/** What all running models cost together. */
function notice(): Promise<string> {
  return app.page.locator(".costs").innerText();
}

function tagged(start: number, stop: number): void {
  const tag = (moment: number) => `${new Date(moment).toISOString().slice(0, 19)}Z`;
  app.aws.answers["ListTagsForResource"] = () => ({
    Tags: { "started-at": tag(start), "stop-at": tag(stop) },
  });
}

test("every status is told in words, also one of the future, with Rekognition's message as text", async () => {
  statuses = Object.fromEntries(STATUSES.map((status, index) => [`v${index}`, status]));
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: Object.entries(statuses).map(([name, status]) =>
      version(name, status, { StatusMessage: `<img src=x onerror=alert(1)> ${status}` }),
    ),
  });
  await open();
  for (const [name, status] of Object.entries(statuses)) {
    expect(await row(name)).toContain(status.toLowerCase().replaceAll("_", " "));
    expect(await row(name)).toContain(`<img src=x onerror=alert(1)> ${status}`);
  }
  expect(await app.status()).toBe("15 models in 1 project");
});

test("a project without models is shown, and one whose models cannot be listed says why", async () => {
  const arns = ["empty", "closed", "constructor", "__proto__"].map((name) => PARTS.replace("parts", name));
  app.aws.answers["DescribeProjects"] = () => ({
    ProjectDescriptions: arns.map((ProjectArn) => ({ ProjectArn })),
  });
  app.aws.answers["DescribeProjectVersions"] = ({ body }) => {
    if (body.ProjectArn.includes("closed")) throw new AwsError("AccessDeniedException", "no");
    return { ProjectVersionDescriptions: [] };
  };
  await open();
  await expect.poll(() => app.status()).toBe("0 models in 4 projects");
  expect(await app.page.getByRole("region", { name: "empty" }).innerText()).toContain("No models yet");
  expect(await app.page.getByRole("region", { name: "closed" }).innerText()).toContain(
    "may not list the models",
  );
});

test("a running model says since when it runs, what it has cost, and when it stops and why", async () => {
  tagged(Date.now() - 1.5 * HOUR, Date.now() + HOUR);
  await open();
  expect(await row("v1")).toMatch(
    /Runs since \d\d:\d\d.* \(1 h (29|30) min\), \$(5\.9\d|6\.00) so far\. \$4\.00 an hour\. Stops at \d\d:\d\d.*: the time that it was started for is over then/,
  );
  expect(await row("v1")).toContain("Stopped earlier after 1 h without use");
  tagged(Date.now() - 11.5 * HOUR, Date.now() + 5 * HOUR);
  await button("Refresh").click();
  await expect.poll(() => row("v1")).toContain("no model may run longer than 12 h");
  app.aws.answers["ListTagsForResource"] = () => ({ Tags: { "started-at": "yesterday" } });
  await button("Refresh").click();
  await expect.poll(() => row("v1")).toContain("Nobody has noted since when it runs");
  expect(await row("v1")).toContain("No end is set");
  app.aws.answers["ListTagsForResource"] = () => {
    throw new AwsError("AccessDeniedException", "no");
  };
  await button("Refresh").click();
  await expect.poll(() => row("v1")).toContain("is not known to you");
});

test("every page says that a model runs, and leads to its costs", async () => {
  await app.open();
  await app.reach("ready");
  const banner = app.page.getByRole("complementary", { name: "Costs" });
  expect(await banner.innerText()).toContain("A model runs and is billed by the hour");
  await banner.getByRole("link").click();
  await app.page.getByRole("heading", { name: "Projects", exact: true }).waitFor();
  expect(await banner.count()).toBe(1);
  statuses = {};
  await button("Refresh").click();
  await expect.poll(() => banner.count()).toBe(0);
});

test("a member is told on every page what all models have cost so far, and of how much that is certain", async () => {
  tagged(Date.now() - 1.5 * HOUR, Date.now() + HOUR);
  await enter("viewers");
  const banner = app.page.getByRole("complementary", { name: "Costs" });
  expect(await banner.innerText()).toMatch(
    /^A model runs and is billed by the hour: \$(5\.9\d|6\.00) so far\. /,
  );
  expect(await notice()).toMatch(
    /^1 model costs about \$4\.00 an hour, and so far \$(5\.9\d|6\.00)\. An estimate, at \$4\.00 for/,
  );
  statuses = { v1: "RUNNING", v3: "RUNNING" };
  const tags = app.aws.answers["ListTagsForResource"] as Handler;
  app.aws.answers["ListTagsForResource"] = (call) =>
    call.body.ResourceArn === PARTS_V1 ? tags(call) : { Tags: {} };
  await button("Refresh").click();
  await expect
    .poll(() => banner.innerText())
    .toMatch(/^2 models run and are .* at least \$(5\.9\d|6\.0\d) so far/);
  expect(await notice()).toMatch(/^2 models cost about \$8\.00 an hour, and so far at least \$/);
  statuses = { v1: "STOPPED" };
  await button("Refresh").click();
  await expect.poll(notice).toBe("No model is running: none costs anything now.");
});

test("from a running model to Compare, which has it as its first", async () => {
  statuses = { v1: "RUNNING", v3: "RUNNING" };
  await open();
  await app.page.getByRole("link", { name: "Compare v3" }).click();
  await app.page.getByRole("heading", { name: "No images yet" }).waitFor();
  expect(await app.page.getByLabel("Model A").locator("option:checked").innerText()).toBe("v3 · running");
  expect(await app.page.getByLabel("Model B").locator("option:checked").innerText()).toBe("v1 · running");
});

test("search and status narrow the list, and what matches nothing is said", async () => {
  await open();
  await app.page.getByLabel("Search").fill("V2");
  await expect.poll(() => app.status()).toBe("1 of 2 models in 1 project");
  await app.page.getByLabel("Status").selectOption({ label: "running" });
  await expect.poll(() => app.status()).toBe("0 of 2 models in 0 projects");
  expect(await app.page.locator(".explanation").innerText()).toContain("No project or model matches");
  await app.page.getByLabel("Search").fill("PARTS");
  await expect.poll(() => app.status()).toBe("1 of 2 models in 1 project");
});

test("from a running model to Detect and back, each with its address", async () => {
  await open();
  await app.page.getByRole("link", { name: "Detect with v1" }).click();
  await app.reach("ready");
  expect(await app.page.getByLabel("Model").inputValue()).toBe(PARTS_V1);
  expect(app.page.url()).toContain(`#/detect?model=${PARTS_V1}`);
  await app.page.goBack();
  await app.page.getByRole("heading", { name: "Projects", exact: true }).waitFor();
});

test("a link to a model chooses it once it is listed; to one that is not there, none", async () => {
  statuses = { v1: "RUNNING", v3: "RUNNING" };
  await app.open();
  await app.page.goto(`${app.site.url}#/detect?model=${PARTS_V1.replace("/v1/", "/v3/")}`);
  await app.page.reload();
  await app.reach("ready");
  expect(await app.page.getByLabel("Model").locator("option:checked").innerText()).toBe("v3 · running");
  await app.page.goto(`${app.site.url}#/detect?model=${PARTS_V1.replace("/v1/", "/gone/")}`);
  await app.page.reload();
  await app.reach("ready");
  expect(await app.status()).toBe("The address names a model that is not listed: gone");
  expect(await app.page.getByLabel("Model").locator("option:checked").innerText()).toBe("Choose a model");
});

test("an address that names no page explains itself", async () => {
  await app.open();
  await app.page.goto(`${app.site.url}#/<img src=x onerror=alert(1)>`);
  await app.page.getByRole("heading", { name: "There is no such page" }).waitFor();
  expect(await app.alert()).toContain("which names no page of this app");
  await app.page.getByRole("alert").getByRole("link", { name: "Go to Detect" }).click();
  await app.reach("ready");
});

test("a page that cannot be downloaded says so, and comes by Retry", async () => {
  await app.open();
  await app.reach("ready");
  await app.page.context().setOffline(true);
  await app.page.getByRole("link", { name: "Help" }).click();
  await app.page.getByRole("alert").getByText("could not be loaded").waitFor();
  await app.page.context().setOffline(false);
  await button("Retry").click();
  await app.page.getByRole("heading", { name: "Privacy" }).waitFor();
});

test("the list follows a model that changes by itself", async () => {
  statuses = { v1: "STARTING" };
  await open();
  expect(await row("v1")).toContain("starting");
  statuses = { v1: "RUNNING" };
  await expect.poll(() => row("v1"), { timeout: 12_000 }).toContain("running");
});

test("an operator lets a running model run an hour longer, and stops it", async () => {
  const stop = Date.now() + HOUR;
  tagged(Date.now(), stop);
  await enter("operators");
  await button("Run for 1 h more").click();
  await expect.poll(() => app.aws.of("TagResource").length).toBe(1);
  const [call] = app.aws.of("TagResource");
  expect(Object.keys(call?.body.Tags)).toEqual(["stop-at"]);
  expect(Math.abs(Date.parse(call?.body.Tags["stop-at"]) - stop - HOUR)).toBeLessThan(2_000);
  app.aws.answers["StopProjectVersion"] = () => {
    statuses["v1"] = "STOPPING";
    return { Status: "STOPPING" };
  };
  await button("Stop").click();
  await app.page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => row("v1")).toContain("stopping");
  await expect
    .poll(() => app.aws.of("UntagResource").map(({ body }) => body.TagKeys))
    .toEqual([["started-at", "stop-at"]]);
});

test("a start that fails takes its lease back, and says why", async () => {
  app.aws.answers["StartProjectVersion"] = () => {
    throw new AwsError("LimitExceededException", "2 models run already");
  };
  const before = { "started-at": "2026-01-01T00:00:00Z", other: "x" };
  await enter("operators");
  app.aws.answers["ListTagsForResource"] = () => ({ Tags: before });
  await button("Start").click();
  await app.page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  await app.page.getByRole("dialog").getByText("LimitExceededException").waitFor();
  const [, back] = app.aws.of("TagResource");
  expect(back?.body.Tags).toEqual({ "started-at": "2026-01-01T00:00:00Z" });
  expect(app.aws.of("UntagResource").map(({ body }) => body.TagKeys)).toEqual([["stop-at"]]);
});

test("a viewer is told why a model cannot be started, and who can", async () => {
  await enter("viewers");
  expect(await row("v2")).toContain("Viewers cannot start models; ask an operator");
  expect(await button("Start").count()).toBe(0);
  expect(await button("Stop").count()).toBe(0);
  expect(await button("Run for 1 h more").count()).toBe(0);
});

test("2,000 models: the first are seen within a second, and scrolling and searching stay smooth", async () => {
  const arns = Array.from({ length: 20 }, (_, index) => PARTS.replace("parts", `project-${index}`));
  app.aws.answers["DescribeProjects"] = () => ({
    ProjectDescriptions: arns.map((ProjectArn) => ({ ProjectArn })),
  });
  app.aws.answers["DescribeProjectVersions"] = ({ body }) => ({
    ProjectVersionDescriptions: Array.from({ length: 100 }, (_, index) =>
      version(`v${index}`, "STOPPED", {
        ProjectVersionArn: body.ProjectArn.replace(/\/(\d+)$/, `/version/v${index}/$1`),
      }),
    ),
  });
  await app.open();
  await app.page.goto(`${app.site.url}#/projects`);
  app.aws.calls.length = 0;
  await app.page.reload();
  await app.page.locator(".card li").first().waitFor();
  expect(Date.now() - (app.aws.of("DescribeProjects")[0]?.at ?? 0)).toBeLessThan(1_500);
  await expect.poll(() => app.status(), { timeout: 10_000 }).toBe("2000 models in 20 projects");
  const longest = await app.longestTask(async () => {
    for (let step = 0; step < 30; step++) {
      await app.page.mouse.wheel(0, 2_000);
      await app.page.waitForTimeout(30);
    }
  });
  expect(longest).toBeLessThan(100);
  expect(await app.page.evaluate(() => scrollY)).toBeGreaterThan(10_000);
});

test.each(["light", "dark"] as const)(
  "axe finds nothing on Projects, Help and where no page is, %s",
  async (colorScheme) => {
    await app.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    statuses = Object.fromEntries(STATUSES.map((status, index) => [`v${index}`, status]));
    tagged(Date.now() - HOUR, Date.now() + HOUR);
    await enter("operators");
    expect(await axeViolations(app.page)).toEqual([]);
    await app.page.evaluate(() => void (location.hash = "#/help"));
    await app.page.getByRole("heading", { name: "Privacy" }).waitFor();
    expect(await axeViolations(app.page)).toEqual([]);
    await app.page.evaluate(() => void (location.hash = "#/x"));
    await app.page.getByRole("heading", { name: "There is no such page" }).waitFor();
    expect(await axeViolations(app.page)).toEqual([]);
  },
);

test.each([360, 640])("names of 255 letters fit at %i px, and nothing moves by itself", async (width) => {
  await app.page.setViewportSize({ width, height: 740 });
  statuses = { ["a".repeat(255)]: "RUNNING", v2: "STOPPED" };
  await app.open();
  await app.page.goto(`${app.site.url}#/projects`);
  await app.page.reload();
  await app.page.locator(".card li").first().waitFor();
  await app.page.waitForTimeout(200);
  expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  expect((await app.watched()).shifts).toEqual([]);
});

test.each([360, 1280])(
  "nothing moves at %i px when the last project has the only model that costs",
  async (width) => {
    await app.page.setViewportSize({ width, height: 740 });
    const arns = ["a", "b", "c"].map((name) => PARTS.replace("parts", name));
    app.aws.answers["DescribeProjects"] = () => ({
      ProjectDescriptions: arns.map((ProjectArn) => ({ ProjectArn })),
    });
    app.aws.answers["DescribeProjectVersions"] = async ({ body }) => {
      const isLast = body.ProjectArn === arns[2];
      await new Promise((resolve) => setTimeout(resolve, isLast ? 800 : 0));
      const ProjectVersionArn = body.ProjectArn.replace(/\/(\d+)$/, "/version/v1/$1");
      return {
        ProjectVersionDescriptions: [version("v1", isLast ? "RUNNING" : "STOPPED", { ProjectVersionArn })],
      };
    };
    await app.open();
    await app.page.goto(`${app.site.url}#/projects`);
    await app.page.reload();
    await expect.poll(notice).toContain("Looking for models");
    await app.page.getByRole("region", { name: "b" }).waitFor();
    await expect.poll(notice).toContain("1 model costs");
    await app.page.waitForTimeout(200);
    expect((await app.watched()).shifts).toEqual([]);
  },
);
