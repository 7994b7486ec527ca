import type { Label } from "../messages";
import { type Version, versionName } from "./catalog";
import type { RatioBox } from "./geometry";

/** Labels of a reply of `DetectCustomLabels`; what is no label is left out. */
export function readLabels(labels: unknown): readonly Label[] {
  return list(labels).flatMap((label) => {
    const name = text(label, "Name");
    const confidence = number(label, "Confidence");
    if (name === null || confidence === null) return [];
    return [{ name, confidence, box: readBox(field(field(label, "Geometry"), "BoundingBox")) }];
  });
}

function readBox(box: unknown): RatioBox | null {
  const [left, top] = [number(box, "Left"), number(box, "Top")];
  const [width, height] = [number(box, "Width"), number(box, "Height")];
  if (left === null || top === null || width === null || height === null) return null;
  return { left, top, width, height };
}

/** ARNs of a page of `DescribeProjects`. */
export function readProjectArns(projects: unknown): readonly string[] {
  return list(projects).flatMap((project) => text(project, "ProjectArn") ?? []);
}

/** Versions of a page of `DescribeProjectVersions`; what has no ARN cannot be used and is left out. */
export function readVersions(descriptions: unknown): readonly Version[] {
  return list(descriptions).flatMap((description) => {
    const arn = text(description, "ProjectVersionArn");
    if (arn === null) return [];
    const trained = field(description, "TrainingEndTimestamp");
    return [
      {
        arn,
        name: versionName(arn),
        status: text(description, "Status") ?? "UNKNOWN",
        message: text(description, "StatusMessage"),
        f1: number(field(description, "EvaluationResult"), "F1Score"),
        inferenceUnits: number(description, "MinInferenceUnits"),
        maxInferenceUnits: number(description, "MaxInferenceUnits"),
        trained: trained instanceof Date && !Number.isNaN(trained.getTime()) ? trained.getTime() : null,
        lease: null,
      },
    ];
  });
}

/** The identity of a reply of `GetId`; null when it names none. */
export function readIdentityId(reply: unknown): string | null {
  return text(reply, "IdentityId");
}

/** The keys of a reply of `GetCredentialsForIdentity`; null when one is missing. `expires` is in milliseconds since 1970. */
export function readCredentials(reply: unknown) {
  const credentials = field(reply, "Credentials");
  const accessKeyId = text(credentials, "AccessKeyId");
  const secretAccessKey = text(credentials, "SecretKey");
  const sessionToken = text(credentials, "SessionToken");
  const seconds = number(credentials, "Expiration");
  if (accessKeyId === null || secretAccessKey === null || sessionToken === null || seconds === null)
    return null;
  return { accessKeyId, secretAccessKey, sessionToken, expires: seconds * 1000 };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function text(value: unknown, key: string): string | null {
  const found = field(value, key);
  return typeof found === "string" ? found : null;
}

function number(value: unknown, key: string): number | null {
  const found = field(value, key);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}
