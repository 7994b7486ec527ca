import type { Label, Problem } from "../messages";
import {
  findVersion,
  isRunning,
  type Project,
  statusWords,
  versionName,
  withProject,
  withStatus,
} from "./catalog";
import {
  EMPTY,
  findImage,
  type Gallery,
  type GalleryAction,
  type GalleryImage,
  labelsOf,
  problemOf,
} from "./gallery";

export interface State {
  readonly listing: { readonly listed: number; readonly of: number | null } | "done" | "failed";
  readonly projects: readonly Project[];
  /** ARN of the chosen version. */
  readonly model: string | null;
  /** ARN of the version that the address names, until it is listed or another is chosen. */
  readonly wanted: string | null;
  readonly gallery: Gallery;
  /** The label under the pointer or in focus: its place among all that the model found. */
  readonly lit: number | null;
  /** Of the list, or of what was chosen; images know their own. */
  readonly problem: (Problem & { readonly during: During }) | null;
  /** Whether a file is being dragged over the page. */
  readonly dragging: boolean;
  /** Whether images were chosen that are not in the gallery yet. */
  readonly choosing: boolean;
  /** Whether the command that starts a model has been copied. */
  readonly copied: boolean;
}

export type During = "list" | "choose";

export type Action =
  | { readonly type: "listing" }
  | { readonly type: "listed"; readonly project: Project; readonly of: number }
  | { readonly type: "followed"; readonly project: Project }
  | { readonly type: "list-done"; readonly names: readonly string[] }
  | { readonly type: "choose-model"; readonly arn: string }
  | { readonly type: "linked"; readonly arn: string }
  | { readonly type: "failed"; readonly during: During; readonly problem: Problem }
  | { readonly type: "threshold"; readonly percent: number }
  | { readonly type: "lit"; readonly index: number | null }
  | { readonly type: "dragging"; readonly over: boolean }
  | { readonly type: "choosing" }
  | { readonly type: "copied" }
  | { readonly type: "status"; readonly arn: string; readonly status: string }
  | { readonly type: "paused" }
  | { readonly type: "reset" }
  | GalleryAction;

export const INITIAL: State = {
  listing: { listed: 0, of: null },
  projects: [],
  model: null,
  wanted: null,
  gallery: EMPTY,
  lit: null,
  problem: null,
  dragging: false,
  choosing: false,
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
      const problem = without(state.problem, "list");
      return preselected({ ...state, listing: "done", projects, problem }, state);
    }
    case "choose-model":
      return withModel(state, action.arn);
    case "linked":
      return action.arn === state.model ? state : wanting(state, action.arn);
    case "failed":
      return {
        ...state,
        listing: action.during === "list" ? "failed" : state.listing,
        problem: { ...action.problem, during: action.during },
        choosing: state.choosing && action.during !== "choose",
      };
    case "lit":
      return { ...state, lit: action.index };
    case "dragging":
      // Told many times a second.
      return state.dragging === action.over ? state : { ...state, dragging: action.over };
    case "choosing":
      return { ...state, choosing: true, problem: without(state.problem, "choose") };
    case "copied":
      return { ...state, copied: true };
    case "status":
      // Chosen, so that it stays in sight until it has come to where it is going.
      return {
        ...withModel(state, action.arn),
        projects: withStatus(state.projects, action.arn, action.status),
      };
    case "paused":
      return { ...state, listing: "done", problem: null, dragging: false, choosing: false };
    case "reset":
      return INITIAL;
    case "threshold":
      return { ...state, gallery: { ...state.gallery, threshold: action.percent }, lit: null };
    default:
      return state; // of the images, of which there are none before `reduceWithImages` is there
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

function withModel(state: State, model: string | null): State {
  return { ...state, model, wanted: null, lit: null };
}

/** The problem, unless it was during this. */
export function without(problem: State["problem"], during: During): State["problem"] {
  return problem?.during === during ? null : problem;
}

/** The image that is shown large. */
export function selectedImage({ gallery }: State): GalleryImage | undefined {
  return findImage(gallery, gallery.selected);
}

/** What went wrong with the list, with what was chosen, or with the image that is shown. */
export function shownProblem(state: State): Problem | null {
  return state.problem ?? problemOf(selectedImage(state), state.model);
}

/** The state in one word, for tests and style. */
export function stage(state: State): "loading" | "ready" | "preparing" | "detecting" | "done" | "failed" {
  const image = selectedImage(state);
  const run = state.model === null ? undefined : image?.runs.get(state.model);
  const prepared = image?.preparation.status;
  if (state.choosing) return "preparing";
  if (!state.gallery.held) {
    if (prepared === "queued" || prepared === "preparing") return "preparing";
    if (prepared === "ready" && (run?.status === "queued" || run?.status === "detecting")) return "detecting";
  }
  if (shownProblem(state) !== null) return "failed";
  if (typeof state.listing === "object") return "loading";
  return run?.status === "done" ? "done" : "ready";
}

export interface ShownLabel extends Label {
  /** Its place among all that the model found. */
  readonly index: number;
  readonly color: number;
}

/** The labels at or above the threshold, the most certain first. */
export function shownLabels(state: State): readonly ShownLabel[] {
  const { colors, threshold } = state.gallery;
  return (labelsOf(selectedImage(state), state.model) ?? [])
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
      return failedText(state); // the alert says why
  }
}

function failedText(state: State): string {
  if (state.problem?.during === "list") return "The models could not be listed";
  const isUsable = state.problem === null && selectedImage(state)?.preparation.status !== "failed";
  return isUsable ? "The detection failed" : "This image cannot be used";
}

function modelText({ projects, model, wanted }: State): string {
  if (wanted !== null) return `The address names a model that is not listed: ${versionName(wanted)}`;
  const chosen = findVersion(projects, model);
  if (chosen !== undefined && !isRunning(chosen)) return `${chosen.name}: ${statusWords(chosen.status)}`;
  const versions = projects.flatMap((project) => project.versions);
  if (versions.length === 0) return "No models yet";
  return `${versions.filter(isRunning).length} of ${versions.length} models running`;
}

function foundText(state: State): string {
  const { threshold } = state.gallery;
  const shown = shownLabels(state).length;
  const below = (labelsOf(selectedImage(state), state.model)?.length ?? 0) - shown;
  if (shown === 0) return `No labels found above ${threshold} %${below === 0 ? "" : `, ${below} below`}`;
  return `${shown} ${shown === 1 ? "label" : "labels"} found${below === 0 ? "" : `, ${below} below ${threshold} %`}`;
}
