/** The services that this app calls, as their requests name them. */
export type ServiceName =
  "AWSCognitoIdentityProviderService" | "AWSCognitoIdentityService" | "RekognitionService";

/** What passes by itself: a limit on requests, or a failure of the service or the network. */
export type Passing = "limit" | "failure";

const LIMITS: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "TooManyRequestsException",
]);

const FAILURES: ReadonlySet<string> = new Set(["BadReply", "NetworkError", "TimeoutError"]);

/** A call that a service refused, or that did not reach it. */
export class ServiceError extends Error {
  readonly passing: Passing | null;

  /**
   * @param name the service's name for the reason; `NetworkError`, `TimeoutError` and `BadReply` are this app's.
   * @param status of the reply; 0 when there was none.
   */
  constructor(
    readonly service: ServiceName,
    override readonly name: string,
    message: string,
    status = 0,
  ) {
    super(message);
    const failed = status >= 500 || FAILURES.has(name);
    this.passing = LIMITS.has(name) || status === 429 ? "limit" : failed ? "failure" : null;
  }
}
