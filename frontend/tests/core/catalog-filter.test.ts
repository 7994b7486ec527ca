import { expect, test } from "vitest";
import type { Project, Version } from "../../src/core/catalog";
import { filtered, NO_FILTER, statusesOf } from "../../src/core/catalog-filter";

function project(name: string, models: Readonly<Record<string, string>>): Project {
  const versions = Object.entries(models).map(([model, status]): Version => ({
    arn: `${name}/${model}`,
    name: model,
    status,
    message: null,
    f1: null,
    inferenceUnits: null,
    maxInferenceUnits: null,
    trained: null,
    lease: null,
  }));
  return { arn: name, name, versions, problem: null };
}

const PROJECTS = [
  project("Parts", { v1: "RUNNING", v2: "STOPPED" }),
  project("bottles", { v1: "STOPPED" }),
  project("empty", {}),
];

function names(text: string, status = ""): Record<string, string[]> {
  return Object.fromEntries(
    filtered(PROJECTS, { text, status }).map(({ name, versions }) => [
      name,
      versions.map((version) => version.name),
    ]),
  );
}

test("without a filter everything is shown, and stays the same object", () => {
  expect(filtered(PROJECTS, NO_FILTER)).toBe(PROJECTS);
  expect(filtered(PROJECTS, { text: "parts", status: "" })[0]).toBe(PROJECTS[0]);
});

test("a project's name keeps all of its models, a model's name only itself, whatever the case", () => {
  expect(names(" PARTS ")).toEqual({ Parts: ["v1", "v2"] });
  expect(names("V1")).toEqual({ Parts: ["v1"], bottles: ["v1"] });
  expect(names("empt")).toEqual({ empty: [] });
  expect(names("nothing")).toEqual({});
});

test("a status leaves out what has another, and projects that then have none", () => {
  expect(names("", "STOPPED")).toEqual({ Parts: ["v2"], bottles: ["v1"] });
  expect(names("bott", "RUNNING")).toEqual({});
  expect(names("empty", "RUNNING")).toEqual({});
});

test("the statuses to choose from are those that models have", () => {
  expect(statusesOf(PROJECTS)).toEqual([
    ["RUNNING", "running"],
    ["STOPPED", "stopped"],
  ]);
});
