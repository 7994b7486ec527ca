const ANSWER_WITHIN = 15_000;
const RETRY_AFTER = 500;

/** A call that the user pool refused, or that did not reach it; `name` is the service's name for the reason. */
export class UserPoolError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly mayPass: boolean,
  ) {
    super(message);
  }
}

/** A Cognito user pool's API for its users, of which no request is signed. */
export class UserPool {
  constructor(private readonly endpoint: string) {}

  /**
   * Call an operation; what may pass (throttling, a failure of the service or the network) is tried twice.
   *
   * @returns the reply, which nobody has checked.
   * @throws UserPoolError when the second try fails too, or the pool refuses.
   */
  async call(operation: string, request: object): Promise<unknown> {
    try {
      return await this.once(operation, request);
    } catch (error) {
      if (!(error instanceof UserPoolError && error.mayPass)) throw error;
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
          "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
        },
        body: JSON.stringify(request),
        // Nothing of this belongs into the browser's cache or to its cookies.
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      status = response.status;
      const text = await response.text();
      reply = text === "" ? {} : JSON.parse(text);
    } catch (error) {
      if (error instanceof SyntaxError) throw new UserPoolError("BadReply", "The reply is not JSON.", true);
      const late = error instanceof DOMException && error.name === "TimeoutError";
      throw new UserPoolError(late ? "TimeoutError" : "NetworkError", String(error), !late);
    }
    if (status === 200) return reply;
    const { __type, message } = (reply ?? {}) as { __type?: unknown; message?: unknown };
    // Some services write the name behind a namespace and “#”.
    const name = typeof __type === "string" ? __type.replace(/^.*#/, "") : "Error";
    throw new UserPoolError(
      name,
      typeof message === "string" ? message : "",
      status >= 500 || THROTTLED.has(name),
    );
  }
}

const THROTTLED: ReadonlySet<string> = new Set(["TooManyRequestsException", "ThrottlingException"]);
