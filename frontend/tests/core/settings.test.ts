import { expect, test } from "vitest";
import { parseSettings } from "../../src/core/settings";
import { settingsText } from "../support/site";

const GOOD = settingsText("http://127.0.0.1:4566", ["parts"]);

function without(key: string): string {
  const settings = JSON.parse(GOOD);
  delete settings[key];
  return JSON.stringify(settings);
}

test("good settings are read whole", () => {
  expect(parseSettings(GOOD)).toEqual(JSON.parse(GOOD));
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
])("settings with %s are refused with a sentence that says so", (_, text, message) => {
  expect(() => parseSettings(text)).toThrow(message);
});
