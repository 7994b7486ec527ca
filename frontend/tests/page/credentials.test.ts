import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { FromWorker } from "../../src/messages";
import { appUnderTest } from "../support/app";
import { AwsError, type Call, PARTS_V1 } from "../support/aws";
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
async function detect(times: number, worker: "new" | "last" = "new"): Promise<FromWorker[]> {
  const settings = JSON.parse(settingsText(app.aws.url));
  return app.page.evaluate(
    async ({ url, settings, model, times, worker }) => {
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
              if (data.id === id) resolve(data);
            });
            const ask = { kind: "detect", model, image: new Blob(["image"]) };
            held.worker.postMessage({ type: "ask", id, ask });
          }),
      );
      return Promise.all(answers);
    },
    { url: `/assets/${WORKER}`, settings, model: PARTS_V1, times, worker },
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
  const usual = app.aws.answers[operation];
  let failed = false;
  app.aws.answers[operation] = (call: Call) => {
    if (failed) return usual?.(call);
    failed = true;
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

test("an identity that the pool has forgotten, and credentials that AWS no longer knows, are replaced", async () => {
  lasting(4 * MINUTE); // to be renewed before every call
  await detect(1);
  failOnce("GetCredentialsForIdentity", new AwsError("ResourceNotFoundException", "Identity not found."));
  expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["problem"]);
  expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["answer"]);
  expect(counts()["GetId"]).toBe(2);
  lasting(60 * MINUTE);
  await detect(1, "last");
  for (const name of ["ExpiredTokenException", "UnrecognizedClientException"]) {
    const before = counts()["GetCredentialsForIdentity"] ?? 0;
    failOnce("DetectCustomLabels", new AwsError(name, "The security token is not valid."));
    expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["problem"]);
    expect((await detect(1, "last")).map(({ type }) => type)).toEqual(["answer"]);
    expect(counts()["GetCredentialsForIdentity"]).toBe(before + 1);
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
