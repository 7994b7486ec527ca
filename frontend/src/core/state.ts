import type { Label, PreparedImage, Problem } from "../messages";
import {
  findVersion,
  isRunning,
  type Project,
  statusWords,
  versionName,
  withProject,
  withStatus,
} from "./catalog";
import { assignColors } from "./colors";

export interface ShownImage extends PreparedImage {
  readonly name: string;
  /** Object URL of the blob. */
  readonly url: string;
}

export interface State {
  readonly listing: { readonly listed: number; readonly of: number | null } | "done" | "failed";
  readonly projects: readonly Project[];
  /** ARN of the chosen version. */
  readonly model: string | null;
  /** ARN of the version that the address names, until it is listed or another is chosen. */
  readonly wanted: string | null;
  readonly job: { readonly kind: "preparing"; readonly name: string } | { readonly kind: "detecting" } | null;
  readonly image: ShownImage | null;
  /** What the chosen model found in the image; the most certain first. Null until it has answered. */
  readonly found: readonly Label[] | null;
  /** Colour number by label name. */
  readonly colors: ReadonlyMap<string, number>;
  /** Labels below this confidence, in percent, are not shown. */
  readonly threshold: number;
  /** The label under the pointer or in focus: its place in `found`. */
  readonly lit: number | null;
  readonly problem: (Problem & { readonly during: During }) | null;
  /** Whether a file is being dragged over the page. */
  readonly dragging: boolean;
  /** Whether the command that starts a model has been copied. */
  readonly copied: boolean;
}

export type During = "list" | "prepare" | "detect";

export type Action =
  | { readonly type: "listing" }
  | { readonly type: "listed"; readonly project: Project; readonly of: number }
  | { readonly type: "followed"; readonly project: Project }
  | { readonly type: "list-done"; readonly names: readonly string[] }
  | { readonly type: "choose-model"; readonly arn: string }
  | { readonly type: "linked"; readonly arn: string }
  | { readonly type: "preparing"; readonly name: string }
  | { readonly type: "prepared"; readonly image: ShownImage }
  | { readonly type: "detecting" }
  | { readonly type: "detected"; readonly labels: readonly Label[] }
  | { readonly type: "failed"; readonly during: During; readonly problem: Problem }
  | { readonly type: "threshold"; readonly percent: number }
  | { readonly type: "lit"; readonly index: number | null }
  | { readonly type: "dragging"; readonly over: boolean }
  | { readonly type: "copied" }
  | { readonly type: "status"; readonly arn: string; readonly status: string }
  | { readonly type: "paused" }
  | { readonly type: "reset" };

export const INITIAL: State = {
  listing: { listed: 0, of: null },
  projects: [],
  model: null,
  wanted: null,
  job: null,
  image: null,
  found: null,
  colors: new Map(),
  threshold: 50,
  lit: null,
  problem: null,
  dragging: false,
  copied: false,
};

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "listing":
      return {
        ...state,
        listing: { listed: 0, of: null },
        copied: false,
        problem: without(state.problem, "list"),
      };
    case "listed": {
      const listed = typeof state.listing === "object" ? state.listing.listed + 1 : 1;
      const projects = withProject(state.projects, action.project);
      return preselected({ ...state, listing: { listed, of: action.of }, projects }, state);
    }
    case "followed":
      return preselected({ ...state, projects: withProject(state.projects, action.project) }, state);
    case "list-done": {
      const known = new Map(state.projects.map((project) => [project.name, project]));
      const projects = action.names.flatMap((name) => known.get(name) ?? []);
      const problem = without(state.problem, "list", "detect");
      return preselected({ ...state, listing: "done", projects, problem }, state);
    }
    case "choose-model":
      return withModel(state, action.arn);
    case "linked":
      return action.arn === state.model ? state : wanting(state, action.arn);
    case "preparing":
      return {
        ...state,
        job: { kind: "preparing", name: action.name },
        image: null,
        found: null,
        lit: null,
        problem: without(state.problem, "prepare", "detect"),
      };
    case "prepared":
      return { ...state, job: null, image: action.image };
    case "detecting":
      return { ...state, job: { kind: "detecting" }, problem: without(state.problem, "detect") };
    case "detected": {
      const found = [...action.labels].sort((one, other) => other.confidence - one.confidence);
      const colors = assignColors(
        state.colors,
        found.map(({ name }) => name),
      );
      return { ...state, job: null, found, colors, problem: null };
    }
    case "failed":
      return {
        ...state,
        job: action.during === "list" ? state.job : null,
        listing: action.during === "list" ? "failed" : state.listing,
        problem: { ...action.problem, during: action.during },
      };
    case "threshold":
      return { ...state, threshold: action.percent, lit: null };
    case "lit":
      return { ...state, lit: action.index };
    case "dragging":
      // Told many times a second.
      return state.dragging === action.over ? state : { ...state, dragging: action.over };
    case "copied":
      return { ...state, copied: true };
    case "status":
      // Chosen, so that it stays in sight until it has come to where it is going.
      return {
        ...withModel(state, action.arn),
        found: action.arn === state.model ? state.found : null,
        projects: withStatus(state.projects, action.arn, action.status),
      };
    case "paused":
      return { ...state, listing: "done", job: null, problem: null, dragging: false };
    case "reset":
      return INITIAL;
  }
}

/** Keep the chosen model while it runs, or if it was chosen though it did not; else take the first that runs. */
function preselected(state: State, before: State): State {
  if (state.wanted !== null) return wanting(state, state.wanted);
  const chosen = findVersion(state.projects, state.model);
  const old = findVersion(before.projects, state.model);
  if (chosen !== undefined && (isRunning(chosen) || (old !== undefined && !isRunning(old)))) return state;
  const first = state.projects.flatMap(({ versions }) => versions).find(isRunning);
  const model = first?.arn ?? null;
  return model === state.model ? state : withModel(state, model);
}

/** The model that the address names, or none: to take another instead would bill and answer for the wrong one. */
function wanting(state: State, arn: string): State {
  if (findVersion(state.projects, arn) !== undefined) return withModel(state, arn);
  return { ...withModel(state, null), wanted: arn };
}

/** Another model: what the one before found, or was about to find, no longer counts. */
function withModel(state: State, model: string | null): State {
  const job = state.job?.kind === "detecting" ? null : state.job;
  return {
    ...state,
    model,
    wanted: null,
    job,
    found: null,
    lit: null,
    problem: without(state.problem, "detect"),
  };
}

function without(problem: State["problem"], ...during: During[]): State["problem"] {
  return problem !== null && during.includes(problem.during) ? null : problem;
}

/** Whether all is there for a detection that has not been made. */
export function awaitsDetection({ image, model, projects, job, found, problem }: State): boolean {
  const waiting = image !== null && job === null && found === null && problem?.during !== "detect";
  return waiting && isRunning(findVersion(projects, model));
}

/** The state in one word, for tests and style. */
export function stage(state: State): "loading" | "ready" | "preparing" | "detecting" | "done" | "failed" {
  if (state.job !== null) return state.job.kind;
  if (state.problem !== null) return "failed";
  if (typeof state.listing === "object") return "loading";
  return state.found === null ? "ready" : "done";
}

export interface ShownLabel extends Label {
  /** Its place in `found`. */
  readonly index: number;
  readonly color: number;
}

/** The labels at or above the threshold, the most certain first. */
export function shownLabels({ found, threshold, colors }: State): readonly ShownLabel[] {
  return (found ?? [])
    .map((label, index) => ({ ...label, index, color: colors.get(label.name) ?? 0 }))
    .filter(({ confidence }) => confidence >= threshold);
}

/** The sentence that screen readers hear when something changes. */
export function statusText(state: State): string {
  switch (stage(state)) {
    case "preparing":
      return "Preparing the image…";
    case "detecting":
      return "Detecting…";
    case "loading": {
      const { listing } = state;
      if (typeof listing === "string" || listing.of === null) return "Loading models…";
      return `Loading projects… ${listing.listed} of ${listing.of}`;
    }
    case "done":
      return foundText(state);
    case "ready":
      return state.copied ? "Command copied" : modelText(state);
    case "failed":
      return FAILED[state.problem?.during ?? "list"]; // the alert says why
  }
}

const FAILED: Readonly<Record<During, string>> = {
  list: "The models could not be listed",
  prepare: "This image cannot be used",
  detect: "The detection failed",
};

function modelText({ projects, model, wanted }: State): string {
  if (wanted !== null) return `The address names a model that is not listed: ${versionName(wanted)}`;
  const chosen = findVersion(projects, model);
  if (chosen !== undefined && !isRunning(chosen)) return `${chosen.name}: ${statusWords(chosen.status)}`;
  const versions = projects.flatMap((project) => project.versions);
  return `${versions.filter(isRunning).length} of ${versions.length} models running`;
}

function foundText(state: State): string {
  const shown = shownLabels(state).length;
  const below = (state.found?.length ?? 0) - shown;
  if (shown === 0)
    return `No labels found above ${state.threshold} %${below === 0 ? "" : `, ${below} below`}`;
  return `${shown} ${shown === 1 ? "label" : "labels"} found${below === 0 ? "" : `, ${below} below ${state.threshold} %`}`;
}
