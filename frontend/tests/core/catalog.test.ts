import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  findVersion,
  projectName,
  statusWords,
  type Version,
  versionFacts,
  versionName,
  withProject,
} from "../../src/core/catalog";
import { startableVersion, startCommand } from "../../src/core/start-command";
import { PARTS, PARTS_V1 } from "../support/aws";

const VERSION: Version = {
  arn: PARTS_V1,
  name: "v1",
  status: "RUNNING",
  f1: 0.9712,
  message: null,
  inferenceUnits: 1,
  maxInferenceUnits: null,
  trained: Date.UTC(2026, 10, 22, 12),
  lease: null,
};

test("names are read from ARNs", () => {
  expect(projectName(PARTS)).toBe("parts");
  expect(versionName(PARTS_V1)).toBe("v1");
  expect(projectName("odd")).toBe("odd");
  expect(versionName("odd")).toBe("odd");
});

test("a model's facts leave out what is not known", () => {
  expect(versionFacts(VERSION)).toBe("F1 score 0.97 · 1 inference unit · trained 22 Nov 2026");
  expect(versionFacts({ ...VERSION, f1: 0, inferenceUnits: 3, trained: null })).toBe(
    "F1 score 0.00 · 3 inference units",
  );
  expect(versionFacts({ ...VERSION, f1: null, inferenceUnits: null, trained: null })).toBe("");
});

test("a status of the future is told in its own words", () => {
  expect(statusWords("TRAINING_IN_PROGRESS")).toBe("training in progress");
  expect(statusWords("NEW_THING")).toBe("new thing");
});

test("projects named like object properties are projects like any other", () => {
  let projects = withProject([], { arn: null, name: "__proto__", versions: [VERSION], problem: null });
  projects = withProject(projects, { arn: null, name: "constructor", versions: [], problem: null });
  projects = withProject(projects, { arn: null, name: "__proto__", versions: [], problem: "later" });
  expect(projects.map(({ name, problem }) => [name, problem])).toEqual([
    ["__proto__", "later"],
    ["constructor", null],
  ]);
  expect(findVersion(projects, PARTS_V1)).toBeUndefined();
});

test("the newest model that is trained and not running is the one to start", () => {
  const versions = [
    { ...VERSION, arn: "old", status: "STOPPED", trained: 1 },
    { ...VERSION, arn: "new", status: "TRAINING_COMPLETED", trained: 2 },
    { ...VERSION, arn: "failed", status: "TRAINING_FAILED", trained: 3 },
  ];
  expect(startableVersion([{ arn: null, name: "parts", versions, problem: null }])?.arn).toBe("new");
  expect(startableVersion([])).toBeUndefined();
});

test("the start command names the endpoint only where AWS's own would not do", () => {
  expect(startCommand(PARTS_V1, "eu-west-1", "https://rekognition.eu-west-1.amazonaws.com")).toBe(
    `aws rekognition start-project-version --project-version-arn ${PARTS_V1} --min-inference-units 1 --region eu-west-1`,
  );
  expect(startCommand(PARTS_V1, "eu-west-1", "http://127.0.0.1:4566")).toMatch(
    /--endpoint-url http:\/\/127.0.0.1:4566$/,
  );
});

test("a shell takes the start command's ARN as one word, whatever is in it", () => {
  const arn = "a b; echo $HOME '\"`id`";
  const words = startCommand(arn, "eu-west-1", "http://127.0.0.1:1").replace(/^aws /, "printf '%s\\n' ");
  expect(execFileSync("sh", ["-c", words]).toString().split("\n")).toContain(arn);
});
