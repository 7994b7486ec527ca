import type { Settings } from "./settings";

/** A detection that somebody wants to repeat elsewhere. */
export interface Call {
  /** The model's ARN. */
  readonly model: string;
  /** Name of the image's file. */
  readonly file: string;
  readonly settings: Pick<Settings, "region" | "endpoints">;
}

/** The AWS CLI command that makes a detection, ready to paste into a POSIX shell. */
export function cliSnippet({ model, file, settings }: Call): string {
  return [
    "aws rekognition detect-custom-labels",
    `--project-version-arn ${shellWord(model)}`,
    `--image-bytes ${shellWord(`fileb://${file}`)}`,
    "--min-confidence 0",
    `--region ${shellWord(settings.region)}`,
    ...ownEndpoint(settings.endpoints.rekognition).map((endpoint) => `--endpoint-url ${shellWord(endpoint)}`),
  ].join(" \\\n  ");
}

/** The Python program that makes a detection and prints what it finds; it needs boto3. */
export function pythonSnippet({ model, file, settings }: Call): string {
  const options = [
    `region_name=${pythonText(settings.region)}`,
    ...ownEndpoint(settings.endpoints.rekognition).map((endpoint) => `endpoint_url=${pythonText(endpoint)}`),
  ];
  return `import boto3

rekognition = boto3.client("rekognition", ${options.join(", ")})
with open(${pythonText(file)}, "rb") as image:
    reply = rekognition.detect_custom_labels(
        ProjectVersionArn=${pythonText(model)},
        Image={"Bytes": image.read()},
        MinConfidence=0,
    )
for label in reply["CustomLabels"]:
    print(label["Name"], round(label["Confidence"], 1))
`;
}

/** The request as JSON, with the image's bytes told and not shown. */
export function requestJson({ model, file }: Call, bytes: number): string {
  const image = { Bytes: `… ${bytes.toLocaleString("en")} bytes of ${file}, as base64 …` };
  return JSON.stringify({ ProjectVersionArn: model, Image: image, MinConfidence: 0 }, null, 2);
}

/** An endpoint in a list, if it is none that AWS's tools find by themselves. */
export function ownEndpoint(endpoint: string): readonly string[] {
  return /\.amazonaws\.com\/?$/.test(endpoint) ? [] : [endpoint];
}

/** One word of a POSIX shell's command, quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What JSON escapes, Python's texts escape in the same way. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}
