/** A trained model: one version of a project. */
export interface Version {
  readonly arn: string;
  readonly name: string;
  /** A `ProjectVersionStatus` of Rekognition's, or one that it has added since. */
  readonly status: string;
  readonly f1: number | null;
  readonly inferenceUnits: number | null;
  /** End of training in milliseconds since 1970. */
  readonly trained: number | null;
}

export interface Project {
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

/** Whether a model could be started. */
export function isStartable({ status }: Version): boolean {
  return status === "TRAINING_COMPLETED" || status === "STOPPED";
}

/** Whether a model's status changes by itself, soon. */
export function isChanging({ status }: Version): boolean {
  return status === "STARTING" || status === "STOPPING";
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

/** The newest model that could be started; undefined when there is none. */
export function startableVersion(projects: readonly Project[]): Version | undefined {
  return projects
    .flatMap((project) => project.versions)
    .filter(isStartable)
    .sort((one, other) => (other.trained ?? 0) - (one.trained ?? 0))[0];
}

/** The AWS CLI command that starts a model, ready to paste into a POSIX shell. */
export function startCommand(arn: string, region: string, endpoint: string): string {
  const words = ["aws rekognition start-project-version", `--project-version-arn ${quote(arn)}`];
  words.push("--min-inference-units 1", `--region ${quote(region)}`);
  if (!/\.amazonaws\.com\/?$/.test(endpoint)) words.push(`--endpoint-url ${quote(endpoint)}`);
  return words.join(" ");
}

function quote(word: string): string {
  return /^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
