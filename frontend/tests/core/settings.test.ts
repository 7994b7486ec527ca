import { expect, test } from "vitest";
import { parseSettings } from "../../src/core/settings";
import { settingsText } from "../support/site";

const SIGN_IN = { userPoolId: "eu-west-1_pool", clientId: "client", endpoint: "http://127.0.0.1:4566" };
const GOOD = settingsText("http://127.0.0.1:4566", ["parts"], SIGN_IN);

function without(key: string): string {
  const settings = JSON.parse(GOOD);
  delete settings[key];
  return JSON.stringify(settings);
}

function withSignIn(signIn: unknown): string {
  return JSON.stringify({ ...JSON.parse(GOOD), signIn });
}

test("good settings are read whole", () => {
  const costs = { inferenceUnitHourUsd: 4.35, idleStopMinutes: 0, maxRunHours: 24 };
  const settings = { ...JSON.parse(GOOD), costs };
  expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
  expect(parseSettings(settingsText("http://127.0.0.1:4566"))).toMatchObject({ signIn: null });
});

test.each([
  ["no settings block", null, "carries no settings"],
  ["no JSON", "<!--settings-->", "are not JSON"],
  ["a list", "[]", '"projects" must be a list'],
  ["null", "null", '"projects" must be a list'],
  ["no region", without("region"), '"region" is missing'],
  ["no identity pool", without("identityPoolId"), '"identityPoolId" is missing'],
  ["no endpoints", without("endpoints"), '"rekognition" is missing'],
  ["no projects", without("projects"), '"projects" must be a list'],
  ["a project that is no name", GOOD.replace('["parts"]', "[1]"), '"projects" must be a list'],
  [
    "an endpoint that is no address",
    GOOD.replace("http:", "javascript:"),
    "not an http(s) address: javascript:",
  ],
  ["nothing said about signing in", without("signIn"), '"signIn" must be null for guests, or name'],
  ["a sign-in that is a word", withSignIn("yes"), '"signIn" must be null for guests, or name'],
  ["no user pool", withSignIn({ ...SIGN_IN, userPoolId: "" }), '"userPoolId" is missing'],
  ["no client", withSignIn({ ...SIGN_IN, clientId: 7 }), '"clientId" is missing'],
  [
    "a bad user pool address",
    withSignIn({ ...SIGN_IN, endpoint: "x" }),
    '"signIn.endpoint" is not an http(s)',
  ],
])("settings with %s are refused with a sentence that says so", (_, text, message) => {
  expect(() => parseSettings(text)).toThrow(message);
});

test("a deployment that says nothing of costs has the usual ones", () => {
  expect(parseSettings(GOOD).costs).toEqual({
    inferenceUnitHourUsd: 4,
    idleStopMinutes: 60,
    maxRunHours: 12,
  });
});

test.each([
  {},
  "4",
  { inferenceUnitHourUsd: "4", idleStopMinutes: 60, maxRunHours: 12 },
  { inferenceUnitHourUsd: -1 },
])("costs that are %j are refused", (costs) => {
  expect(() => parseSettings(JSON.stringify({ ...JSON.parse(GOOD), costs }))).toThrow(
    'The setting "costs.inferenceUnitHourUsd" must be a number from 0 on',
  );
});
