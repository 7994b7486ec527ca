const ANSWER_WITHIN = 15_000;
const RETRY_AFTER = 500;

/** The two services of Cognito, as requests name them. */
export type CognitoService = "AWSCognitoIdentityProviderService" | "AWSCognitoIdentityService";

/** A call that Cognito refused, or that did not reach it; `name` is the service's name for the reason. */
export class CognitoError extends Error {
  constructor(
    readonly service: CognitoService,
    override readonly name: string,
    message: string,
    readonly mayPass: boolean,
  ) {
    super(message);
  }
}

/** What a user pool or an identity pool lets everybody call: no request is signed. */
export class Cognito {
  /** Milliseconds that Cognito's clock is ahead of this device's, as its last reply had it. */
  clockOffset = 0;

  constructor(
    private readonly service: CognitoService,
    private readonly endpoint: string,
  ) {}

  /** An error of this service that no reply has brought. */
  error(name: string, message: string, mayPass = false): CognitoError {
    return new CognitoError(this.service, name, message, mayPass);
  }

  /**
   * Call an operation; what may pass (throttling, a failure of the service or the network) is tried twice.
   *
   * @returns the reply, which nobody has checked.
   * @throws CognitoError when the second try fails too, or Cognito refuses.
   */
  async call(operation: string, request: object): Promise<unknown> {
    try {
      return await this.once(operation, request);
    } catch (error) {
      if (!(error instanceof CognitoError && error.mayPass)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
      return this.once(operation, request);
    }
  }

  private async once(operation: string, request: object): Promise<unknown> {
    let status: number;
    let reply: unknown;
    try {
      const response = await fetch(this.endpoint, {
        method: "POST",
        headers: {
          "Content-Type": "application/x-amz-json-1.1",
          "X-Amz-Target": `${this.service}.${operation}`,
        },
        body: JSON.stringify(request),
        // Nothing of this belongs into the browser's cache or to its cookies.
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      status = response.status;
      const date = Date.parse(response.headers.get("Date") ?? "");
      if (!Number.isNaN(date)) this.clockOffset = date - Date.now();
      const text = await response.text();
      reply = text === "" ? {} : JSON.parse(text);
    } catch (error) {
      if (error instanceof SyntaxError) throw this.error("BadReply", "The reply is not JSON.", true);
      const late = error instanceof DOMException && error.name === "TimeoutError";
      throw this.error(late ? "TimeoutError" : "NetworkError", String(error), !late);
    }
    if (status === 200) return reply;
    const { __type, message } = (reply ?? {}) as { __type?: unknown; message?: unknown };
    // Some services write the name behind a namespace and “#”.
    const name = typeof __type === "string" ? __type.replace(/^.*#/, "") : "Error";
    throw this.error(name, typeof message === "string" ? message : "", status >= 500 || THROTTLED.has(name));
  }
}

const THROTTLED: ReadonlySet<string> = new Set(["TooManyRequestsException", "ThrottlingException"]);
