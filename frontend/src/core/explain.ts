import type { Problem } from "../messages";
import { ServiceError } from "./service-error";

/** What the app was doing when a call failed. */
export type Step = "credentials" | "member-credentials" | "list" | "detect" | "start" | "stop" | "extend";

export interface Circumstances {
  readonly step: Step;
  readonly region: string;
  /** The address that was called. */
  readonly endpoint: string;
  /** What the browser says about its network. */
  readonly online: boolean;
}

/** Tell a person what a failed call to AWS means here, and what to do about it. */
export function explain(error: unknown, circumstances: Circumstances): Problem {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  if (name === "NetworkError") return network(circumstances);
  const passing = error instanceof ServiceError ? error.passing : null;
  const sentence = (SENTENCES[circumstances.step] ?? CALLS)[name] ?? fallback(circumstances.step);
  return {
    sentence: `${name}: ${typeof sentence === "string" ? sentence : sentence(circumstances)}`,
    detail: message === "" || message === name ? null : message,
    retry: !HOPELESS.has(name),
    ...(passing && { passing }),
  };
}

type Sentence = string | ((circumstances: Circumstances) => string);

const DENIED: Sentence = ({ step, region }) =>
  step === "list"
    ? `this app's role may not list the models in ${region}; ask whoever deployed the app to allow it.`
    : `this app's role may not ${step === "detect" ? "use" : step === "extend" ? "change the end of" : step} this model in ${region}; ask whoever deployed the app to allow its project.`;

const CLOCK: Sentence =
  "AWS does not accept the request's signature, mostly because this device's clock is wrong; set the clock and retry.";

const EXPIRED: Sentence = "the app's temporary credentials have run out; retry to get fresh ones.";

const CALLS: Readonly<Record<string, Sentence>> = {
  AccessDeniedException: DENIED,
  ResourceNotReadyException:
    "this model is not running, so it cannot detect; start it, or refresh the list and choose a running one.",
  ProvisionedThroughputExceededException:
    "the model gets more images than its inference units can take; retry in a moment, or start it with more units.",
  ThrottlingException: "AWS is limiting this account's requests just now; retry in a moment.",
  LimitExceededException:
    "a limit of the AWS account is reached; retry later, or ask for a higher limit in Service Quotas.",
  ResourceNotFoundException: "the model or project no longer exists; refresh the list and choose another.",
  ImageTooLargeException: "Rekognition finds the image too large; choose a smaller one.",
  InvalidImageFormatException:
    "Rekognition cannot read the image; save it as JPEG or PNG and choose it again.",
  ResourceInUseException:
    "the model is being started or stopped already; wait until the list shows that it is done.",
  InvalidParameterException:
    "Rekognition does not accept this request; check that the model is a Custom Labels model and choose another image.",
  InternalServerError: "Rekognition failed on its side; retry in a moment.",
  ExpiredTokenException: EXPIRED,
  UnrecognizedClientException:
    "AWS does not know the app's temporary credentials; retry to get fresh ones, or reload if it persists.",
  InvalidSignatureException: CLOCK,
  RequestExpired: CLOCK,
  TimeoutError: ({ region }) =>
    `Rekognition in ${region} has not answered in time; check the connection and retry.`,
  BadReply:
    "what answered is not Rekognition, or broken; check the network for a proxy or a login page, and retry.",
};

const POOL_ROLES =
  "the identity pool has no usable role for guests; whoever deployed the app should check the pool's role attachment and trust policy.";

const MEMBER_ROLES =
  "the identity pool has no usable role for you; whoever deployed the app should check the groups' roles and their trust policies.";

const CREDENTIALS: Readonly<Record<string, Sentence>> = {
  ...CALLS,
  AccessDeniedException: POOL_ROLES,
  InvalidIdentityPoolConfigurationException: POOL_ROLES,
  NotAuthorizedException:
    "the identity pool gives this app no credentials; whoever deployed the app should check that guests are allowed in.",
  ResourceNotFoundException: ({ region }) =>
    `the identity pool does not exist in ${region}; the app's settings are out of date and it should be deployed again.`,
  ValidationException: "the identity pool's name in the app's settings is wrong; deploy the app again.",
  TimeoutError: "Cognito has not answered in time; check the connection and retry.",
  BadReply: "Cognito answered something that is no credentials; check the network for a proxy, and retry.",
  TooManyRequestsException: "Cognito is limiting requests just now; retry in a moment.",
};

/** Where a name means something else than in other calls; each has all that can happen. */
const SENTENCES: Partial<Record<Step, Readonly<Record<string, Sentence>>>> = {
  credentials: CREDENTIALS,
  "member-credentials": {
    ...CREDENTIALS,
    AccessDeniedException: MEMBER_ROLES,
    InvalidIdentityPoolConfigurationException: MEMBER_ROLES,
    NotAuthorizedException:
      "the identity pool gives you no role; ask the administrator to add you to viewers or operators, then sign out and in again.",
  },
};

/** Failures that trying the same thing again cannot mend. */
const HOPELESS: ReadonlySet<string> = new Set([
  "ImageTooLargeException",
  "InvalidImageFormatException",
  "InvalidParameterException",
]);

function fallback(step: Step): string {
  const doing = {
    credentials: "get credentials",
    "member-credentials": "get credentials",
    list: "list the models",
    detect: "detect labels",
    start: "start the model",
    stop: "stop the model",
    extend: "let the model run longer",
  }[step];
  return `AWS did not ${doing} for this app; retry, and if it persists ask whoever deployed it.`;
}

function network({ online, step, endpoint }: Circumstances): Problem {
  const service = step.endsWith("credentials") ? "Amazon Cognito" : "Amazon Rekognition";
  return {
    sentence: online
      ? `${service} cannot be reached at ${endpoint}; check the connection (and, in a local demo, that it still runs) and retry.`
      : "This device is offline; connect to a network and retry.",
    detail: null,
    retry: true,
    passing: "failure",
  };
}
