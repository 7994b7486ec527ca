import { text } from "../core/replies";
import { ServiceError, type ServiceName } from "../core/service-error";

const MOST_TRIES = 4;
/** Milliseconds before the second try at most, twice that before the third, and so on. */
const FIRST_WAIT = { limit: 500, failure: 100 };
const ANSWER_WITHIN = 15_000;
/** Replies tell their time in whole seconds and take a while: what differs less is no wrong clock. */
const SAME_TIME = 5_000;

/** AWS's time, as its replies tell it: this device's may be wrong. */
export class Clock {
  /** Milliseconds that AWS's clock is ahead. */
  offset = 0;

  read(date: string | null): void {
    const offset = Date.parse(date ?? "") - Date.now();
    if (Math.abs(offset - this.offset) > SAME_TIME) this.offset = Math.abs(offset) > SAME_TIME ? offset : 0;
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** How often to try what may pass. */
  readonly tries?: number;
  /** Milliseconds that an answer may take. */
  readonly within?: number;
}

/** A request's headers and body. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Calls an AWS service that speaks JSON 1.1: both of Cognito's, and Rekognition. */
export class JsonService {
  /**
   * @param endpoint the service's origin.
   * @param headers waits for a request's turn and gives the headers to send it with; as they are unless it signs them.
   */
  constructor(
    private readonly name: ServiceName,
    private readonly endpoint: string,
    private readonly clock: Clock,
    private readonly headers: (operation: string, message: Message) => Promise<Message["headers"]> = async (
      _,
      message,
    ) => message.headers,
  ) {}

  /** An error of this service that no reply has brought. */
  error(name: string, message: string): ServiceError {
    return new ServiceError(this.name, name, message);
  }

  /**
   * Call an operation; what may pass is tried again, ever later, but for an answer that took too long.
   *
   * @returns the reply, which nobody has checked.
   * @throws ServiceError when the service refuses, or the last try fails; the signal's reason once that is aborted.
   */
  async call(
    operation: string,
    request: object,
    { signal, tries = MOST_TRIES, within = ANSWER_WITHIN }: CallOptions = {},
  ): Promise<unknown> {
    const body = new TextEncoder().encode(JSON.stringify(request));
    for (let tried = 1; ; tried++) {
      try {
        return await this.once(operation, body, signal, within);
      } catch (error) {
        const passing = error instanceof ServiceError && error.name !== "TimeoutError" ? error.passing : null;
        if (passing === null || tried === tries) throw error;
        const most = FIRST_WAIT[passing] * 2 ** (tried - 1);
        await new Promise((resolve) => setTimeout(resolve, most * (0.5 + Math.random() / 2)));
        signal?.throwIfAborted();
      }
    }
  }

  private async once(
    operation: string,
    body: Message["body"],
    signal: AbortSignal | undefined,
    within: number,
  ): Promise<unknown> {
    const headers = await this.headers(operation, {
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `${this.name}.${operation}`,
      },
      body,
    });
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(within);
    let response: Response;
    let content: string;
    try {
      response = await fetch(this.endpoint, {
        method: "POST",
        headers,
        body,
        // Nothing of this belongs into the browser's cache or to its cookies.
        cache: "no-store",
        credentials: "omit",
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      });
      content = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw this.error(late.aborted ? "TimeoutError" : "NetworkError", String(error));
    }
    this.clock.read(response.headers.get("Date"));
    const { status } = response;
    const reply = json(content);
    if (reply === null) throw new ServiceError(this.name, "BadReply", "The reply is not JSON.", status);
    if (status === 200) return reply;
    // Some services write the name behind a namespace and “#”.
    const name = (text(reply, "__type") ?? "Error").replace(/^.*#/, "");
    throw new ServiceError(this.name, name, text(reply, "message") ?? text(reply, "Message") ?? "", status);
  }
}

/** What a reply's content says, if it is an object; nothing is an empty one. */
function json(content: string): object | null {
  try {
    const value: unknown = JSON.parse(content === "" ? "{}" : content);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
