import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { FromWorker } from "../../src/messages";
import { appUnderTest } from "../support/app";
import { AwsError, type Call, ForeignReply, PARTS_V1 } from "../support/aws";
import { DIST, settingsText } from "../support/site";

const app = appUnderTest();
const WORKER = readdirSync(join(DIST, "assets")).find((file) => file.startsWith("main-")) as string;
const MINUTE = 60_000;

beforeEach(async () => {
  await app.open();
  await app.reach("ready");
  await app.page.goto(`${app.site.url}blank`);
  app.aws.calls.length = 0;
});

/** Have a new worker, or the last one, detect so many times at once; what it answers, in the order of asking. */
function detect(times: number, worker: "new" | "last" = "new"): Promise<FromWorker[]> {
  return ask("detect", times, worker);
}

/** What a worker answers that is asked so many times at once, but for its progress. */
async function ask(
  kind: "detect" | "list",
  times: number,
  worker: "new" | "last" = "new",
): Promise<FromWorker[]> {
  const settings = JSON.parse(settingsText(app.aws.url));
  return app.page.evaluate(
    async ({ url, settings, kind, model, times, worker }) => {
      const held = window as unknown as { worker: Worker };
      if (worker === "new") {
        held.worker = new Worker(url, { type: "module" });
        held.worker.postMessage({ type: "settings", settings });
      }
      const answers = Array.from(
        { length: times },
        (_, index) =>
          new Promise<FromWorker>((resolve) => {
            const id = Date.now() * 100 + index;
            held.worker.addEventListener("message", ({ data }) => {
              if (data.id === id && data.type !== "progress") resolve(data);
            });
            const detect = { kind, model, image: new Blob(["image"]) };
            const ask = kind === "list" ? { kind, arns: null } : detect;
            held.worker.postMessage({ type: "ask", id, ask });
          }),
      );
      return Promise.all(answers);
    },
    { url: `/assets/${WORKER}`, settings, kind, model: PARTS_V1, times, worker },
  );
}

function counts(): Record<string, number> {
  const counted = (operation: string) => app.aws.of(operation).length;
  return {
    GetId: counted("GetId"),
    GetCredentialsForIdentity: counted("GetCredentialsForIdentity"),
    DetectCustomLabels: counted("DetectCustomLabels"),
  };
}

/** Have an operation fail once. */
function failOnce(operation: string, error: Error): void {
  fail(1, operation, error);
}

/** Have an operation fail so many times, and then answer as before. */
function fail(times: number, operation: string, error: Error): void {
  const usual = app.aws.answers[operation];
  let failed = 0;
  app.aws.answers[operation] = (call: Call) => {
    if (++failed > times) return usual?.(call);
    throw error;
  };
}

/** Credentials that are good for so many milliseconds. */
function lasting(life: number): void {
  const usual = app.aws.answers["GetCredentialsForIdentity"];
  app.aws.answers["GetCredentialsForIdentity"] = (call) => {
    const reply = usual?.(call) as { Credentials: object };
    return { ...reply, Credentials: { ...reply.Credentials, Expiration: (app.aws.now() + life) / 1000 } };
  };
}

test("five calls at once ask for credentials once", async () => {
  expect((await detect(5)).map(({ type }) => type)).toEqual(Array(5).fill("answer"));
  expect(counts()).toEqual({ GetId: 1, GetCredentialsForIdentity: 1, DetectCustomLabels: 5 });
});

test("credentials are renewed five minutes before their end, for the same identity", async () => {
  // AWS tells its time in whole seconds, so its clock is known to a second.
  lasting(5 * MINUTE + 1000);
  await detect(1);
  await detect(1, "last");
  expect(counts()["GetCredentialsForIdentity"]).toBe(1);
  await app.page.waitForTimeout(2500);
  await detect(2, "last");
  expect(counts()).toEqual({ GetId: 1, GetCredentialsForIdentity: 2, DetectCustomLabels: 4 });
});

test.each([15, -15, 120, -120])(
  "a clock that is %i minutes wrong costs no call: AWS's is learnt from Cognito",
  async (minutes) => {
    app.aws.clockAhead = minutes * MINUTE;
    await detect(1);
    expect((await detect(3, "last")).map(({ type }) => type)).toEqual(["answer", "answer", "answer"]);
    expect(counts()).toEqual({ GetId: 1, GetCredentialsForIdentity: 1, DetectCustomLabels: 4 });
  },
);

test("a clock that is set while the app is open is followed", async () => {
  await detect(1);
  app.aws.clockAhead = 20 * MINUTE;
  expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["answer"]);
});

test.each(["TooManyRequestsException", "InternalErrorException"])(
  "%s of Cognito is tried again out of sight",
  async (name) => {
    failOnce("GetCredentialsForIdentity", new AwsError(name, "", name.startsWith("Internal") ? 500 : 400));
    expect((await detect(1)).map(({ type }) => type)).toEqual(["answer"]);
  },
);

test("what Cognito refuses is explained and not repeated by itself, and asked anew by the next call", async () => {
  failOnce("GetId", new AwsError("NotAuthorizedException", "Unauthenticated access is not supported"));
  const [refused] = await detect(1);
  expect(refused).toMatchObject({
    type: "problem",
    problem: {
      sentence: expect.stringContaining(
        "NotAuthorizedException: the identity pool gives this app no credentials",
      ),
      detail: "Unauthenticated access is not supported",
      retry: true,
    },
  });
  expect(counts()).toEqual({ GetId: 1, GetCredentialsForIdentity: 0, DetectCustomLabels: 0 });
  expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["answer"]);
});

test("an identity that the pool has forgotten is replaced", async () => {
  lasting(4 * MINUTE); // to be renewed before every call
  await detect(1);
  failOnce("GetCredentialsForIdentity", new AwsError("ResourceNotFoundException", "Identity not found."));
  expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["problem"]);
  expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["answer"]);
  expect(counts()["GetId"]).toBe(2);
});

test.each(["ExpiredTokenException", "UnrecognizedClientException"])(
  "%s costs no call: of several that it meets at once, the first gets new credentials for all",
  async (name) => {
    await detect(1);
    fail(5, "DetectCustomLabels", new AwsError(name, "The security token is not valid."));
    expect((await detect(5, "last")).map(({ type }) => type)).toEqual(Array(5).fill("answer"));
    expect(counts()).toEqual({ GetId: 2, GetCredentialsForIdentity: 2, DetectCustomLabels: 11 });
    fail(2, "DetectCustomLabels", new AwsError(name, "The security token is not valid."));
    expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["problem"]);
  },
);

test("without AWS's time in its replies a wrong clock is said to be the cause, once", async () => {
  app.aws.exposesDate = false;
  await detect(1);
  app.aws.clockAhead = -20 * MINUTE;
  app.aws.calls.length = 0;
  const [problem] = await detect(1, "last");
  expect(JSON.stringify(problem)).toContain("mostly because this device's clock is wrong");
  expect(app.aws.of("DetectCustomLabels")).toHaveLength(2);
});

test("a listing tries what may pass again, out of sight", async () => {
  failOnce("DescribeProjects", new AwsError("ThrottlingException", "Rate exceeded"));
  fail(2, "DescribeProjectVersions", new AwsError("InternalServerError", "", 500));
  failOnce("ListTagsForResource", new ForeignReply(502, "<html>Bad gateway</html>"));
  expect(await ask("list", 1)).toMatchObject([{ type: "answer", answer: ["parts"] }]);
  const tries = ["DescribeProjects", "DescribeProjectVersions", "ListTagsForResource"];
  expect(tries.map((operation) => app.aws.of(operation).length)).toEqual([2, 3, 2]);
});

test("a listing does not try again what will not pass, and gives up what does not", async () => {
  fail(9, "DescribeProjects", new AwsError("AccessDeniedException", "no"));
  expect(JSON.stringify(await ask("list", 1))).toContain("may not list the models in eu-west-1");
  expect(app.aws.of("DescribeProjects")).toHaveLength(1);
  app.aws.calls.length = 0;
  app.aws.answers["DescribeProjects"] = () => {
    throw new ForeignReply(200, "<html>Welcome to the hotel's network</html>");
  };
  expect(JSON.stringify(await ask("list", 1))).toContain("is not Rekognition, or broken");
  expect(app.aws.of("DescribeProjects")).toHaveLength(4);
});

test("a detection is not tried again out of sight: whoever asked keeps to the model's pace", async () => {
  for (const [error, passing] of [
    [new AwsError("ProvisionedThroughputExceededException", "slow down"), "limit"],
    [new AwsError("InternalServerError", "", 500), "failure"],
  ] as const) {
    app.aws.calls.length = 0;
    failOnce("DetectCustomLabels", error);
    expect(await detect(1)).toMatchObject([{ type: "problem", problem: { passing } }]);
    expect(app.aws.of("DetectCustomLabels")).toHaveLength(1);
  }
});

test.each([null, {}, [], "x", { IdentityId: 7 }])(
  "a reply of GetId that is %j is said to be none",
  async (reply) => {
    app.aws.answers["GetId"] = () => reply;
    const [problem] = await detect(1);
    expect(JSON.stringify(problem)).toContain("BadReply: Cognito answered something that is no credentials");
  },
);
