import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { type Call, cliSnippet, pythonSnippet, requestJson, shellWord } from "../../src/core/snippets";

const MODEL = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/v1/1700000000001";

function call(file: string, rekognition = "https://rekognition.eu-west-1.amazonaws.com"): Call {
  return {
    model: MODEL,
    file,
    settings: { region: "eu-west-1", endpoints: { rekognition, cognitoIdentity: "" } },
  };
}

/** What a POSIX shell makes of a command's words. */
function words(command: string): string[] {
  const shell = `aws() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync("/bin/sh", ["-c", shell], { encoding: "utf8" }).split("\0").slice(0, -1);
}

test.each(["photo.jpg", "my photo's.jpg", '"; rm -rf $HOME; `id`.png', "مرحبا.jpg", "-x.jpg", "two\nlines"])(
  "the AWS CLI is given the file %j as one word",
  (file) => {
    expect(words(cliSnippet(call(file)))).toEqual([
      "rekognition",
      "detect-custom-labels",
      "--project-version-arn",
      MODEL,
      "--image-bytes",
      `fileb://${file}`,
      "--min-confidence",
      "0",
      "--region",
      "eu-west-1",
    ]);
  },
);

test("an endpoint that is not AWS's own is named", () => {
  const given = call("a.jpg", "http://127.0.0.1:4566");
  expect(words(cliSnippet(given)).slice(-2)).toEqual(["--endpoint-url", "http://127.0.0.1:4566"]);
  expect(pythonSnippet(given)).toContain('endpoint_url="http://127.0.0.1:4566"');
  expect(pythonSnippet(call("a.jpg"))).not.toContain("endpoint_url");
});

test("the request is shown whole but for the image's bytes", () => {
  const { Image, ...rest } = JSON.parse(requestJson(call("a.jpg"), 1_234_567));
  expect(rest).toEqual({ ProjectVersionArn: MODEL, MinConfidence: 0 });
  expect(Image.Bytes).toContain("1,234,567 bytes of a.jpg");
});

test.each(["", "*", "a b", "$(id)", "~"])("the shell takes %j as it is", (word) => {
  expect(words(`aws ${shellWord(word)}`)).toEqual([word]);
});
