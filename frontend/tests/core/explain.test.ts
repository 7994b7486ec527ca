import { expect, test } from "vitest";
import { type Circumstances, explain } from "../../src/core/explain";
import { ServiceError } from "../../src/core/service-error";

const DETECT: Circumstances = {
  step: "detect",
  region: "eu-west-1",
  endpoint: "http://127.0.0.1:4566",
  online: true,
};

function awsError(name: string, status = 400): ServiceError {
  return new ServiceError("RekognitionService", name, "words of AWS", status);
}

test.each([
  ["AccessDeniedException", "may not use this model in eu-west-1", true],
  ["ResourceNotReadyException", "not running", true],
  ["ProvisionedThroughputExceededException", "more images than its inference units can take", true],
  ["ThrottlingException", "retry in a moment", true],
  ["LimitExceededException", "Service Quotas", true],
  ["ResourceNotFoundException", "no longer exists", true],
  ["ImageTooLargeException", "choose a smaller one", false],
  ["InvalidImageFormatException", "save it as JPEG or PNG", false],
  ["InvalidParameterException", "does not accept this request", false],
  ["InternalServerError", "failed on its side", true],
  ["ExpiredTokenException", "temporary credentials", true],
  ["InvalidSignatureException", "clock", true],
  ["TimeoutError", "has not answered", true],
  ["BadReply", "is not Rekognition", true],
  ["BrandNewException", "did not detect labels", true],
])("%s is named and explained in one sentence, with AWS's own words beside it", (name, meaning, retry) => {
  const problem = explain(awsError(name), DETECT);
  expect(problem.sentence).toMatch(new RegExp(`^${name}: [^.]*\\.$`));
  expect(problem.sentence).toContain(meaning);
  expect(problem.detail).toBe("words of AWS");
  expect(problem.retry).toBe(retry);
});

test.each([
  ["NotAuthorizedException", "guests are allowed"],
  ["InvalidIdentityPoolConfigurationException", "no usable role for guests"],
  ["ResourceNotFoundException", "identity pool does not exist in eu-west-1"],
  ["ThrottlingException", "limiting this account's requests"],
  ["BrandNewException", "did not get credentials"],
])("%s from Cognito is about credentials", (name, meaning) => {
  expect(explain(awsError(name), { ...DETECT, step: "credentials" }).sentence).toContain(meaning);
});

test("credentials refused to somebody who has signed in are about their role", () => {
  const problem = explain(awsError("NotAuthorizedException"), { ...DETECT, step: "member-credentials" });
  expect(problem.sentence).toContain("ask the administrator to add you to viewers or operators");
});

test.each(["start", "stop"] as const)("a refused %s is told as such", (step) => {
  const told = (name: string) => explain(awsError(name), { ...DETECT, step }).sentence;
  expect(told("AccessDeniedException")).toContain(`may not ${step} this model in eu-west-1`);
  expect(told("ResourceInUseException")).toContain("being started or stopped already");
  expect(told("BrandNewException")).toContain(`did not ${step} the model`);
});

test("a refused list is not told as a refused detection", () => {
  expect(explain(awsError("AccessDeniedException"), { ...DETECT, step: "list" }).sentence).toContain(
    "may not list",
  );
});

test("a service that cannot be reached is told with its address, or as being offline", () => {
  const lost = awsError("NetworkError", 0);
  expect(explain(lost, DETECT).sentence).toContain("Rekognition cannot be reached at http://127.0.0.1:4566");
  expect(explain(lost, { ...DETECT, step: "credentials" }).sentence).toContain(
    "Amazon Cognito cannot be reached",
  );
  expect(explain(lost, { ...DETECT, online: false }).sentence).toContain("offline");
});

test.each([
  ["ThrottlingException", 400, "limit"],
  ["ProvisionedThroughputExceededException", 400, "limit"],
  ["TooMany", 429, "limit"],
  ["InternalServerError", 500, "failure"],
  ["NetworkError", 0, "failure"],
  ["TimeoutError", 0, "failure"],
  ["BadReply", 200, "failure"],
  ["AccessDeniedException", 400, undefined],
  ["LimitExceededException", 400, undefined],
])("%s with status %i passes by itself as a %s", (name, status, passing) => {
  expect(explain(awsError(name, status), DETECT).passing).toBe(passing);
});

test("what is no error is still told", () => {
  expect(explain("boom", DETECT)).toMatchObject({ detail: "boom", retry: true });
});
