import { allVersions, isStartable, type Project, type Version } from "./catalog";

/** The newest model that could be started; undefined when there is none. */
export function startableVersion(projects: readonly Project[]): Version | undefined {
  return allVersions(projects)
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
