import type { Problem } from "../messages";

/** What the person was doing when the user pool refused, or could not be reached. */
export type SignInStep = "password" | "new-password" | "code" | "forgot" | "reset" | "account" | "refresh";

export interface SignInCircumstances {
  readonly step: SignInStep;
  readonly region: string;
  /** The user pool's address. */
  readonly endpoint: string;
  /** What the browser says about its network. */
  readonly online: boolean;
}

/** Nobody let this person in: the id token names neither group. */
export class NoGroupError extends Error {
  override readonly name = "NoGroupError";
}

type Told = Omit<Problem, "detail" | "retry"> & { readonly quote?: true };
type Sentence = Told | ((circumstances: SignInCircumstances) => Told);

/** Tell a person why signing in, or a change to the account, did not work, and what to do about it. */
export function explainSignIn(error: unknown, circumstances: SignInCircumstances): Problem {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  const known =
    (name === "NotAuthorizedException" ? notAuthorized(message, circumstances.step) : SENTENCES.get(name)) ??
    UNKNOWN;
  const { quote, ...told } = typeof known === "function" ? known(circumstances) : known;
  return { ...told, detail: quote && message !== "" ? message : null, retry: false };
}

const WRONG_PASSWORD: Told = {
  sentence: "The e-mail or the password is wrong; check both, or choose “Forgot password?”.",
};

const TOO_MANY: Told = { sentence: "There were too many tries; wait a quarter of an hour and try again." };

const THROTTLED: Told = {
  sentence: "Cognito is limiting requests just now; wait a moment and try again.",
};

const FAILED: Told = { sentence: "Cognito failed on its side; try again in a moment." };

/** Cognito has one name for all of these, and tells them apart in words. */
function notAuthorized(message: string, step: SignInStep): Told {
  if (/disabled/i.test(message)) {
    return { sentence: "This account is disabled; ask the administrator to enable it.", form: "password" };
  }
  if (/attempts exceeded/i.test(message)) return TOO_MANY;
  if (/(temporary password|account) has expired/i.test(message)) {
    return {
      sentence:
        "The temporary password of your invitation has expired; ask the administrator to invite you again.",
    };
  }
  if (/cannot be reset in the current state/i.test(message)) {
    return {
      sentence:
        "This account still has the temporary password of its invitation; sign in with that, or ask the administrator to invite you again.",
      form: "password",
    };
  }
  switch (step) {
    case "password":
      return WRONG_PASSWORD;
    case "new-password":
    case "code":
      return { sentence: "The sign-in took too long or was tried too often; start again.", form: "password" };
    case "refresh":
      return { sentence: "Your session has ended; sign in again." };
    case "account":
      return { sentence: "Cognito no longer accepts this session; sign out and in again.", quote: true };
    case "forgot":
    case "reset":
      return { sentence: "Cognito does not allow a new password for this account; ask the administrator." };
  }
}

const SENTENCES: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  [
    "NoGroupError",
    {
      sentence: "You have no role in this app yet; ask the administrator to add you to viewers or operators.",
      form: "password",
    },
  ],
  ["UserNotFoundException", WRONG_PASSWORD],
  [
    "PasswordResetRequiredException",
    ({ step }) =>
      step === "refresh"
        ? { sentence: "The administrator has reset your password; sign in again." }
        : {
            sentence:
              "The administrator has reset this account’s password; enter the code from the e-mail and choose a new one.",
            form: "reset",
          },
  ],
  [
    "UserNotConfirmedException",
    { sentence: "This account is not confirmed; ask the administrator to invite you again." },
  ],
  [
    "CodeMismatchException",
    ({ step }) => ({
      sentence:
        step === "reset"
          ? "The code is wrong; check the latest e-mail and enter it again."
          : "The code is wrong; enter the six digits that your authenticator app shows now.",
    }),
  ],
  [
    "EnableSoftwareTokenMFAException",
    { sentence: "The code is wrong; enter the six digits that your authenticator app shows now." },
  ],
  [
    "ExpiredCodeException",
    ({ step }) => ({
      sentence:
        step === "reset"
          ? "The code has expired or is used; send a new one."
          : "The code has expired or is used; enter the next one that your authenticator app shows.",
    }),
  ],
  [
    "InvalidPasswordException",
    { sentence: "Cognito’s password policy refuses this password; choose another.", quote: true },
  ],
  ["PasswordHistoryPolicyViolationException", { sentence: "This password was used before; choose another." }],
  ["LimitExceededException", TOO_MANY],
  ["TooManyFailedAttemptsException", TOO_MANY],
  ["TooManyRequestsException", THROTTLED],
  ["ThrottlingException", THROTTLED],
  ["InternalErrorException", FAILED],
  ["InternalServerError", FAILED],
  ["BadReply", { sentence: "Cognito’s answer cannot be read; try again in a moment.", quote: true }],
  [
    "ForbiddenException",
    { sentence: "The network or its firewall refuses this request; try another one.", quote: true },
  ],
  [
    "ResourceNotFoundException",
    ({ region }) => ({
      sentence: `The app’s user pool does not exist in ${region}; its settings are out of date and it should be deployed again.`,
    }),
  ],
  [
    "CodeDeliveryFailureException",
    { sentence: "The e-mail could not be sent; try again, or ask the administrator.", quote: true },
  ],
  [
    "UnknownChallenge",
    {
      sentence: "The user pool asks for a kind of proof that this app does not know; ask the administrator.",
      quote: true,
      form: "password",
    },
  ],
  ["TimeoutError", { sentence: "Cognito has not answered in time; check the connection and try again." }],
  [
    "NetworkError",
    ({ online, endpoint }) => ({
      sentence: online
        ? `Cognito cannot be reached at ${endpoint}; check the connection (and, in a local demo, that it still runs) and try again.`
        : "This device is offline; connect to a network and try again.",
    }),
  ],
]);

const UNKNOWN: Told = {
  sentence: "Cognito did not do this; try again, and if it persists ask the administrator.",
  quote: true,
};

/** Whether a refused refresh means that the session is over, and not only that this try failed. */
export function endsSession(error: unknown): boolean {
  return error instanceof Error && ENDS_SESSION.has(error.name);
}

const ENDS_SESSION: ReadonlySet<string> = new Set([
  "NoGroupError",
  "NotAuthorizedException",
  "PasswordResetRequiredException",
  "ResourceNotFoundException",
  "UserNotConfirmedException",
  "UserNotFoundException",
]);
