import { Sha256 } from "@smithy/core/checksum";
import { toHex } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { Pace } from "../core/pace";
import { readNextToken } from "../core/replies";
import { ServiceError } from "../core/service-error";
import type { Settings } from "../core/settings";
import { IdentityPool, type Login, type TemporaryCredentials } from "./identity-pool";
import { type CallOptions, Clock, JsonService, type Message } from "./json-service";

/** Rekognition allows five requests a second to each control-plane operation; others use the account too. */
const REQUESTS_PER_SECOND = 4;
/** Milliseconds before their end at which credentials are renewed. */
const RENEW_AHEAD = 300_000;

/** Cognito refused, or could not be asked for, credentials. */
export class CredentialsError extends Error {
  constructor(override readonly cause: unknown) {
    super("no credentials");
  }
}

/** What Rekognition says to credentials that it does not, or no longer, know. */
const STALE: ReadonlySet<string> = new Set(["ExpiredTokenException", "UnrecognizedClientException"]);

/** What it says to a wrong clock; its reply tells the right time. */
const SKEWED: ReadonlySet<string> = new Set(["InvalidSignatureException", "RequestExpired"]);

/** Amazon Rekognition, called with an identity pool's credentials, which are got and renewed when they are needed. */
export class Rekognition {
  readonly clock = new Clock();
  private readonly service: JsonService;
  private readonly signer: SignatureV4;
  private readonly paces = new Map<string, Pace>();
  private pool: IdentityPool;
  private held: TemporaryCredentials | null = null;
  private renewal: Promise<TemporaryCredentials> | null = null;

  /** @param member how credentials are got; null for a guest's. */
  constructor(
    private readonly settings: Settings,
    private readonly member: Login | null,
  ) {
    const { region, endpoints } = settings;
    this.pool = new IdentityPool(settings, member, this.clock);
    this.service = new JsonService("RekognitionService", endpoints.rekognition, this.clock, (...request) =>
      this.sign(...request),
    );
    const credentials = () => this.credentials();
    this.signer = new SignatureV4({ service: "rekognition", region, credentials, sha256: Sha256 });
  }

  /**
   * Call an operation, once more with new credentials or the right time when that is what was wrong.
   *
   * @returns the reply, which nobody has checked.
   * @throws CredentialsError when there are no credentials to be had; else as `JsonService.call`.
   */
  async call(operation: string, request: object, options: CallOptions = {}): Promise<unknown> {
    const used = await this.credentials();
    try {
      return await this.service.call(operation, request, options);
    } catch (error) {
      if (!(error instanceof ServiceError && (STALE.has(error.name) || SKEWED.has(error.name)))) throw error;
      // Of several requests that fail together, the first has them replaced for all.
      if (STALE.has(error.name) && used === this.held) this.forget();
      return this.service.call(operation, request, options);
    }
  }

  /** Call an operation that lists, page by page. */
  async *pages(operation: string, request: object, signal: AbortSignal): AsyncGenerator<unknown> {
    let token: string | null = null;
    do {
      const page = await this.call(operation, { ...request, ...(token && { NextToken: token }) }, { signal });
      yield page;
      token = readNextToken(page);
    } while (token !== null);
  }

  /** The headers that a request is sent with, when its turn has come. */
  private async sign(operation: string, { headers, body }: Message): Promise<Message["headers"]> {
    // A detection keeps to its model's pace instead.
    if (operation !== "DetectCustomLabels") await this.turn(operation);
    const { protocol, hostname, host } = new URL(this.settings.endpoints.rekognition);
    // Hashed here: the library would copy an image twice for it.
    const hash = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
    const signed = await this.signer.sign(
      {
        method: "POST",
        protocol,
        hostname,
        path: "/",
        headers: { ...headers, host, "x-amz-content-sha256": hash },
      },
      { signingDate: new Date(Date.now() + this.clock.offset) },
    );
    const { host: _, ...sent } = signed.headers; // the browser says it by itself
    return sent;
  }

  /** Wait until one more request of an operation may start. */
  private async turn(operation: string): Promise<void> {
    const pace = this.paces.get(operation) ?? new Pace(REQUESTS_PER_SECOND, 1000);
    this.paces.set(operation, pace);
    const delay = pace.delay(Date.now());
    await new Promise((resolve) => setTimeout(resolve, delay));
  }

  private async credentials(): Promise<TemporaryCredentials> {
    if (this.held !== null && Date.now() < this.held.expires - RENEW_AHEAD) return this.held;
    // Those who ask meanwhile wait for the same answer.
    this.renewal ??= this.renew().finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async renew(): Promise<TemporaryCredentials> {
    try {
      return (this.held = await this.pool.credentials());
    } catch (error) {
      this.forget();
      throw new CredentialsError(error);
    }
  }

  /** The next request begins anew: the pool, too, may have forgotten the identity that it gave. */
  private forget(): void {
    this.held = null;
    this.pool = new IdentityPool(this.settings, this.member, this.clock);
  }
}
