import type { Lease } from "./leases";

/** A trained model: one version of a project. */
export interface Version {
  readonly arn: string;
  readonly name: string;
  /** A `ProjectVersionStatus` of Rekognition's, or one that it has added since. */
  readonly status: string;
  /** What Rekognition says about the status. */
  readonly message: string | null;
  readonly f1: number | null;
  readonly inferenceUnits: number | null;
  /** To which it may grow by itself. */
  readonly maxInferenceUnits: number | null;
  /** End of training in milliseconds since 1970. */
  readonly trained: number | null;
  /** Of a model that costs money: from when until when it runs; null where this person may not know. */
  readonly lease: Lease | null;
}

export interface Project {
  /** Null for one that the settings name and Rekognition does not have. */
  readonly arn: string | null;
  readonly name: string;
  readonly versions: readonly Version[];
  /** Why the versions could not be listed, in one sentence. */
  readonly problem: string | null;
}

/** The project's name in an ARN such as `arn:aws:rekognition:…:project/NAME/123`. */
export function projectName(arn: string): string {
  return arn.split("/")[1] ?? arn;
}

/** The version's name in an ARN such as `arn:aws:rekognition:…:project/NAME/version/NAME/123`. */
export function versionName(arn: string): string {
  return arn.split("/")[3] ?? arn;
}

export function findVersion(projects: readonly Project[], arn: string | null): Version | undefined {
  return projects.flatMap((project) => project.versions).find((version) => version.arn === arn);
}

export function isRunning(version: Version | undefined): boolean {
  return version?.status === "RUNNING";
}

/** Put `project` in the place of the one with its name, or at the end. */
export function withProject(projects: readonly Project[], project: Project): readonly Project[] {
  const known = projects.some(({ name }) => name === project.name);
  return known ? projects.map((old) => (old.name === project.name ? project : old)) : [...projects, project];
}

/** Change the status of one version. */
export function withStatus(projects: readonly Project[], arn: string, status: string): readonly Project[] {
  return projects.map((project) => ({
    ...project,
    versions: project.versions.map((version) => (version.arn === arn ? { ...version, status } : version)),
  }));
}

const STARTABLE: ReadonlySet<string> = new Set([
  "TRAINING_COMPLETED",
  "COPYING_COMPLETED",
  "STOPPED",
  "FAILED",
]);
const CHANGING: ReadonlySet<string> = new Set(["STARTING", "STOPPING", "DELETING", "COPYING_IN_PROGRESS"]);

/** Whether a model could be started. */
export function isStartable({ status }: Version): boolean {
  return STARTABLE.has(status);
}

/** Whether a model's status changes by itself, soon; training takes hours. */
export function isChanging({ status }: Version): boolean {
  return CHANGING.has(status);
}

/** Whether a model costs money. */
export function isCharged({ status }: Version): boolean {
  return status === "STARTING" || status === "RUNNING";
}

/** All models of all projects. */
export function allVersions(projects: readonly Project[]): readonly Version[] {
  return projects.flatMap(({ versions }) => versions);
}

/** `TRAINING_IN_PROGRESS` as "training in progress". */
export function statusWords(status: string): string {
  return status.toLowerCase().replaceAll("_", " ");
}

/** A model's figures in one line; the parts that are not known are left out. */
export function versionFacts({ f1, inferenceUnits, trained }: Version): string {
  const facts: string[] = [];
  if (f1 !== null) facts.push(`F1 score ${f1.toFixed(2)}`);
  if (inferenceUnits !== null) {
    facts.push(`${inferenceUnits} inference ${inferenceUnits === 1 ? "unit" : "units"}`);
  }
  if (trained !== null) {
    const day = new Date(trained).toLocaleDateString("en-GB", {
      day: "numeric",
      month: "short",
      year: "numeric",
    });
    facts.push(`trained ${day}`);
  }
  return facts.join(" · ");
}
