import { beforeEach, expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, PARTS_V1, version } from "../support/aws";
import { jpeg } from "../support/images";
import { settingsText } from "../support/site";
import { PASSWORD, UserPool } from "../support/user-pool";

const app = appUnderTest();
const V2 = PARTS_V1.replace("/v1/", "/v2/");
let pool: UserPool;
/** Status by name of the version. */
let statuses: Record<string, string>;

beforeEach(() => {
  statuses = { v1: "RUNNING", v2: "STOPPED" };
  app.aws.answers["DescribeProjectVersions"] = () => ({
    ProjectVersionDescriptions: Object.entries(statuses).map(([name, status]) => version(name, status)),
  });
  app.aws.answers["StartProjectVersion"] = ({ body }) => {
    statuses[body.ProjectVersionArn.split("/")[3]] = "STARTING";
    return { Status: "STARTING" };
  };
});

async function enter(group: string): Promise<void> {
  pool = new UserPool(app.aws);
  pool.add("ann@example.com", { groups: [group] });
  await app.open(settingsText(app.aws.url, [], pool.signIn));
  await app.page.getByLabel("E-mail").fill("ann@example.com");
  await app.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button("Sign in").click();
  await app.reach("ready");
}

function button(name: string) {
  return app.page.getByRole("button", { name, exact: true });
}

/** The button of that name in the open dialog. */
function confirm(name: string) {
  return app.page.getByRole("dialog").getByRole("button", { name, exact: true });
}

test("an operator starts a model, sees its price before and its way to running after, and detects with it", async () => {
  statuses["v1"] = "STOPPED";
  await enter("operators");
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.page.getByAltText("photo.jpg").waitFor();
  await app.page.getByLabel("Model").selectOption({ label: "v2 · stopped" });
  await button("Start").click();
  const dialog = app.page.getByRole("dialog");
  await dialog.getByLabel("Inference units").selectOption("3");
  await dialog.getByLabel("Stop after").selectOption({ label: "4 h" });
  expect(await dialog.innerText()).toContain("about $12.00 an hour, $48.00 for 4 h, an estimate");
  await dialog.getByLabel("Growing by itself").selectOption("5");
  expect(await dialog.innerText()).toContain("up to $20.00 an hour, $80.00 for 4 h");
  await confirm("Start").click();
  await expect.poll(() => app.status()).toBe("v2: starting");
  expect(app.aws.of("StartProjectVersion").map(({ body }) => body)).toEqual([
    { ProjectVersionArn: V2, MinInferenceUnits: 3, MaxInferenceUnits: 5 },
  ]);
  const [tagged] = app.aws.of("TagResource");
  const { "started-at": start, "stop-at": stop } = tagged?.body.Tags;
  expect(Date.parse(stop) - Date.parse(start)).toBe(4 * 3_600_000);
  expect(Math.abs(Date.parse(start) - Date.now())).toBeLessThan(20_000);
  const order = app.aws.calls.map(({ operation }) => operation);
  expect(order.indexOf("TagResource")).toBeLessThan(order.indexOf("StartProjectVersion"));
  expect(await app.page.evaluate(() => document.activeElement?.id)).toBe("status");
  expect(await button("Start").count()).toBe(0);
  statuses["v2"] = "RUNNING";
  await app.reach("done");
  expect(app.aws.of("DetectCustomLabels").map(({ body }) => body.ProjectVersionArn)).toEqual([V2]);
  expect(await button("Stop").count()).toBe(1);
});

test("a model is stopped only when that is confirmed; the list then shows at once what became of it", async () => {
  await enter("operators");
  await button("Stop").click();
  await confirm("Cancel").click();
  expect(app.aws.of("StopProjectVersion")).toEqual([]);
  expect(await app.page.evaluate(() => document.activeElement?.textContent)).toBe("Stop");
  await button("Stop").click();
  app.aws.answers["StopProjectVersion"] = () => {
    statuses["v1"] = "STOPPED";
    return { Status: "STOPPING" };
  };
  await confirm("Stop").dblclick();
  await button("Start").waitFor();
  expect(app.aws.of("StopProjectVersion").map(({ body }) => body)).toEqual([{ ProjectVersionArn: PARTS_V1 }]);
  expect(await app.status()).toBe("v1: stopped");
});

test("with no model running an operator is offered to start the newest", async () => {
  statuses = { v2: "STOPPED" };
  await enter("operators");
  await app.page.getByRole("heading", { name: "No model is running" }).waitFor();
  await button("Start").click();
  await app.page.keyboard.press("Escape");
  expect(await app.page.getByRole("dialog").count()).toBe(0);
  expect(app.aws.of("StartProjectVersion")).toEqual([]);
});

test("a start or stop that AWS refuses is explained where it was asked for, and can be tried again", async () => {
  const usual = app.aws.answers["StartProjectVersion"];
  await enter("operators");
  await app.page.getByLabel("Model").selectOption({ label: "v2 · stopped" });
  await button("Start").click();
  for (const [name, words] of [
    ["AccessDeniedException", "this app's role may not start this model in eu-west-1"],
    ["ResourceInUseException", "being started or stopped already"],
  ] as const) {
    app.aws.answers["StartProjectVersion"] = () => {
      throw new AwsError(name, "words of AWS");
    };
    await confirm("Start").click();
    await app.page.getByRole("dialog").getByText(words).waitFor();
    expect(await app.alert()).toContain("AWS says: words of AWS");
  }
  if (usual) app.aws.answers["StartProjectVersion"] = usual;
  await confirm("Start").click();
  await expect.poll(() => app.status()).toBe("v2: starting");
});

test("a viewer is told why a model cannot be started, and who can", async () => {
  await enter("viewers");
  expect(await button("Stop").count()).toBe(0);
  await app.page.getByLabel("Model").selectOption({ label: "v2 · stopped" });
  await app.page.getByRole("heading", { name: "This model is not running" }).waitFor();
  expect(await app.page.locator(".explanation").innerText()).toContain(
    "Viewers cannot start models; ask an operator, or ask the administrator to make you one.",
  );
  expect(await button("Start").count()).toBe(0);
});

test("a guest is told so too, and a stopped model is not asked to detect", async () => {
  await app.open();
  await app.reach("ready");
  await app.page.getByLabel("Model").selectOption({ label: "v2 · stopped" });
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.page.getByAltText("photo.jpg").waitFor();
  expect(await app.page.locator(".explanation").innerText()).toContain("Guests cannot start models");
  expect(await app.status()).toBe("v2: stopped");
  expect(app.sent()).toEqual([]);
  await app.page.getByLabel("Model").selectOption({ label: "v1 · running" });
  await app.reach("done");
});
