import { expect, test } from "vitest";
import { BadReply, readAuthReply } from "../../src/core/auth-reply";
import { groupedKey, otpauthUrl } from "../../src/core/authenticator";
import { readClaims } from "../../src/core/claims";
import {
  endsSession,
  explainSignIn,
  NoGroupError,
  type SignInCircumstances,
  type SignInStep,
} from "../../src/core/explain-sign-in";
import { brokenRules } from "../../src/core/passwords";
import { type Deed, may, type Role, roleOfGroups, whyNotStart } from "../../src/core/permissions";

function token(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
}

test("each role may do what its policies allow, and no more", () => {
  const roles: readonly Role[] = ["guest", "viewer", "operator"];
  const deeds: readonly Deed[] = ["list", "detect", "start", "stop"];
  expect(roles.map((role) => deeds.filter((deed) => may(role, deed)))).toEqual([
    ["list", "detect"],
    ["list", "detect"],
    ["list", "detect", "start", "stop"],
  ]);
  expect(whyNotStart("viewer")).toContain("ask an operator");
  expect(whyNotStart("guest")).toContain("Guests cannot start models");
});

test.each([
  [["viewers"], "viewer"],
  [["operators"], "operator"],
  [["others", "viewers", "operators"], "operator"],
  [["others"], null],
  [[], null],
  [["operators", 1], null],
  [["Operators", "operators "], null],
  ["operators", null],
  [{ 0: "operators", length: 1 }, null],
  [undefined, null],
])("the groups %j give the role %s", (groups, role) => {
  expect(roleOfGroups(groups)).toBe(role);
});

test("an id token is read, with letters of any language", () => {
  expect(readClaims(token({ email: "žofie@example.com", "cognito:groups": ["viewers"] }))).toEqual({
    email: "žofie@example.com",
    role: "viewer",
  });
});

test.each(["", "a.b", "a.!!.c", token(null), token("operators"), token({ email: 7 })])(
  "an id token like %j says nothing about anybody",
  (bad) => {
    expect(readClaims(bad)).toEqual({ email: "", role: null });
  },
);

test("a password is told the rules that it breaks", () => {
  expect(brokenRules("Correct-horse-1")).toEqual([]);
  expect(brokenRules("")).toHaveLength(5);
  expect(brokenRules("correct-horse-1")).toEqual(["an upper-case letter"]);
  expect(brokenRules("CORRECT-HORSE-1")).toEqual(["a lower-case letter"]);
  expect(brokenRules("Correct-horse-x")).toEqual(["a digit"]);
  expect(brokenRules("Correct horse 1")).toEqual(["a symbol such as ! or #"]);
  expect(brokenRules("Corr-horse1")).toEqual(["12 characters"]);
});

test.each([..."^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-"])("%s counts as a symbol", (symbol) => {
  expect(brokenRules(`Correcthorse1${symbol}`)).toEqual([]);
});

test("an authenticator's key is shown in fours, and its address quotes what it carries", () => {
  expect(groupedKey("JBSWY3DPEH")).toBe("JBSW Y3DP EH");
  expect(groupedKey("JBSWY3DP")).toBe("JBSW Y3DP");
  expect(otpauthUrl("A&B", "a b@c")).toBe(
    "otpauth://totp/Custom%20Labels:a%20b%40c?secret=A%26B&issuer=Custom%20Labels",
  );
});

test("tokens and challenges are told apart", () => {
  const result = { AccessToken: "a", IdToken: "i", ExpiresIn: 900 };
  expect(readAuthReply({ AuthenticationResult: result })).toEqual({
    tokens: { access: "a", id: "i", refresh: null, expiresIn: 900 },
  });
  expect(readAuthReply({ ChallengeName: "SOFTWARE_TOKEN_MFA", Session: "s" })).toEqual({
    challenge: { name: "SOFTWARE_TOKEN_MFA", session: "s", username: null },
  });
  expect(() => readAuthReply({ AuthenticationResult: { ...result, ExpiresIn: 0 } })).toThrow(BadReply);
  expect(() => readAuthReply("tokens")).toThrow("no ChallengeName");
});

const HERE = { region: "eu-west-1", endpoint: "https://idp", online: true };

function told(name: string, message: string, circumstances: Partial<SignInCircumstances> = {}) {
  const error = Object.assign(new Error(message), { name });
  return explainSignIn(error, { ...HERE, step: "password", ...circumstances });
}

test.each<[SignInStep, string, string, string]>([
  ["password", "Incorrect username or password.", "e-mail or the password is wrong", "stay"],
  ["password", "User is disabled.", "account is disabled", "password"],
  [
    "password",
    "Temporary password has expired and must be reset by an administrator.",
    "has expired",
    "stay",
  ],
  ["password", "User account has expired, it must be reset by an administrator.", "has expired", "stay"],
  ["password", "Password attempts exceeded", "too many tries", "stay"],
  ["new-password", "Invalid session for the user, session is expired.", "start again", "password"],
  ["code", "Invalid session for the user.", "start again", "password"],
  ["forgot", "User password cannot be reset in the current state.", "temporary password", "password"],
  ["reset", "no", "does not allow a new password", "stay"],
  ["account", "Access Token has been revoked", "sign out and in again", "stay"],
  ["refresh", "Refresh Token has expired", "Your session has ended", "stay"],
])("in step %s, NotAuthorizedException “%s” has its own sentence", (step, message, words, form) => {
  const problem = told("NotAuthorizedException", message, { step });
  expect(problem.sentence).toContain(words);
  expect(problem.form ?? "stay").toBe(form);
});

test.each<[string, SignInStep, string]>([
  ["UserNotFoundException", "password", "e-mail or the password is wrong"],
  ["PasswordResetRequiredException", "password", "enter the code from the e-mail"],
  ["PasswordResetRequiredException", "refresh", "sign in again"],
  ["UserNotConfirmedException", "password", "invite you again"],
  ["CodeMismatchException", "code", "authenticator app shows now"],
  ["CodeMismatchException", "reset", "check the latest e-mail"],
  ["EnableSoftwareTokenMFAException", "account", "authenticator app shows now"],
  ["ExpiredCodeException", "code", "enter the next one"],
  ["ExpiredCodeException", "reset", "send a new one"],
  ["InvalidPasswordException", "new-password", "policy refuses"],
  ["PasswordHistoryPolicyViolationException", "reset", "used before"],
  ["LimitExceededException", "forgot", "too many tries"],
  ["TooManyFailedAttemptsException", "reset", "too many tries"],
  ["TooManyRequestsException", "password", "limiting requests"],
  ["ThrottlingException", "password", "limiting requests"],
  ["InternalErrorException", "password", "failed on its side"],
  ["ForbiddenException", "password", "firewall"],
  ["ResourceNotFoundException", "password", "does not exist in eu-west-1"],
  ["CodeDeliveryFailureException", "forgot", "could not be sent"],
  ["UnknownChallenge", "password", "does not know"],
  ["BadReply", "password", "cannot be read"],
  ["TimeoutError", "password", "not answered in time"],
  ["NetworkError", "password", "cannot be reached at https://idp"],
  ["constructor", "password", "Cognito did not do this"],
])("%s in step %s is told in one sentence", (name, step, words) => {
  const { sentence } = told(name, "words of AWS", { step });
  expect(sentence).toContain(words);
  expect(sentence).toMatch(/^[A-Z].*[.]$/);
});

test("being offline is said as such, and AWS's words are shown where they help", () => {
  expect(told("NetworkError", "", { online: false }).sentence).toContain("This device is offline");
  expect(told("Strange", "words of AWS").detail).toBe("words of AWS");
  expect(told("NotAuthorizedException", "Incorrect username or password.").detail).toBeNull();
  expect(explainSignIn("boom", { ...HERE, step: "password" }).detail).toBe("boom");
});

test("a session ends when it is refused, and not when it could not be asked for", () => {
  const named = (name: string) => Object.assign(new Error(), { name });
  expect(["NotAuthorizedException", "UserNotFoundException"].map(named).map(endsSession)).toEqual([
    true,
    true,
  ]);
  expect(["NetworkError", "TooManyRequestsException"].map(named).map(endsSession)).toEqual([false, false]);
  expect(endsSession(new NoGroupError())).toBe(true);
  expect(endsSession("NotAuthorizedException")).toBe(false);
});
