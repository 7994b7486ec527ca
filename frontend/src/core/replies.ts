import type { Label } from "../messages";
import { type Version, versionName } from "./catalog";
import type { RatioBox } from "./geometry";

/** Labels of a reply of `DetectCustomLabels`; what is no label is left out. */
export function readLabels(reply: unknown): readonly Label[] {
  return list(field(reply, "CustomLabels")).flatMap((label) => {
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
export function readProjectArns(reply: unknown): readonly string[] {
  return list(field(reply, "ProjectDescriptions")).flatMap((project) => text(project, "ProjectArn") ?? []);
}

/** Versions of a page of `DescribeProjectVersions`; what has no ARN cannot be used and is left out. */
export function readVersions(reply: unknown): readonly Version[] {
  return list(field(reply, "ProjectVersionDescriptions")).flatMap((description) => {
    const arn = text(description, "ProjectVersionArn");
    if (arn === null) return [];
    return [
      {
        arn,
        name: versionName(arn),
        status: text(description, "Status") ?? "UNKNOWN",
        message: text(description, "StatusMessage"),
        f1: number(field(description, "EvaluationResult"), "F1Score"),
        inferenceUnits: number(description, "MinInferenceUnits"),
        maxInferenceUnits: number(description, "MaxInferenceUnits"),
        trained: moment(description, "TrainingEndTimestamp"),
        lease: null,
      },
    ];
  });
}

/** The tags of a reply of `ListTagsForResource`. */
export function readTags(reply: unknown): Readonly<Record<string, string>> {
  const tags = Object.entries(field(reply, "Tags") ?? {});
  return Object.fromEntries(tags.filter((tag): tag is [string, string] => typeof tag[1] === "string"));
}

/** Where the next page of a listing begins; null when this was the last. */
export function readNextToken(reply: unknown): string | null {
  return text(reply, "NextToken") || null;
}

/** The status of a reply that says what became of a model. */
export function readStatus(reply: unknown): string | null {
  return text(reply, "Status");
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
  const expires = moment(credentials, "Expiration");
  if (accessKeyId === null || secretAccessKey === null || sessionToken === null || expires === null)
    return null;
  return { accessKeyId, secretAccessKey, sessionToken, expires };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A member of a reply; undefined where there is none of that name. */
export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** A member of a reply that is text. */
export function text(value: unknown, key: string): string | null {
  const found = field(value, key);
  return typeof found === "string" ? found : null;
}

function number(value: unknown, key: string): number | null {
  const found = field(value, key);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** Milliseconds since 1970, of which AWS's JSON has the seconds. */
function moment(value: unknown, key: string): number | null {
  const found = new Date((number(value, key) ?? NaN) * 1000).getTime();
  return Number.isNaN(found) ? null : found;
}
