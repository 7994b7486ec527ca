import {
  DetectCustomLabelsCommand,
  ListTagsForResourceCommand,
  paginateDescribeProjects,
  paginateDescribeProjectVersions,
  RekognitionClient,
} from "@aws-sdk/client-rekognition";
import { isCharged, type Project, projectName, type Version } from "../core/catalog";
import { explain, type Step } from "../core/explain";
import { readLease } from "../core/leases";
import { Pace } from "../core/pace";
import { readLabels, readProjectArns, readVersions } from "../core/replies";
import type { Settings } from "../core/settings";
import type { Jobs, Label, Problem } from "../messages";
import { IdentityPool, type Login } from "./identity-pool";

/** Rekognition allows five requests a second to each control-plane operation; others use the account too. */
const REQUESTS_PER_SECOND = 4;
const ANSWER_WITHIN = 120_000;
/** Running models of a project whose leases are asked for; an account may run two unless AWS raised its quota. */
const MOST_LEASES = 20;

/** Cognito refused, or could not be asked for, credentials. */
export class CredentialsError extends Error {
  constructor(override readonly cause: unknown) {
    super("no credentials");
  }
}

/** What Rekognition says to credentials that it does not, or no longer, know. */
const STALE: ReadonlySet<string> = new Set(["ExpiredTokenException", "UnrecognizedClientException"]);

/** What it says to a wrong clock, from which the SDK learns the right one and tries again at once. */
const SKEWED: ReadonlySet<string> = new Set(["InvalidSignatureException", "RequestExpired"]);

/** Hides from the SDK's retries what failed in a detection: whoever asks keeps to a pace, and tries again by it. */
class Unretried extends Error {
  constructor(override readonly cause: unknown) {
    super("not retried");
  }
}

/** Custom Labels as the web app uses it. */
export class CustomLabels {
  /** Replaced when its credentials have turned out to be useless. */
  client: RekognitionClient;
  /** ARN of the project by ARN of a listed version: one cannot be derived from the other. */
  readonly projectOf = new Map<string, string>();
  private readonly paces = new Map<string, Pace>();

  /** @param member how credentials are got; null for a guest's. */
  constructor(
    private readonly settings: Settings,
    private readonly member: Login | null = null,
  ) {
    this.client = this.connect();
  }

  /** A client without credentials yet; it gets them with its first request and renews them in time. */
  private connect(): RekognitionClient {
    const { region, endpoints } = this.settings;
    const pool = new IdentityPool(this.settings, this.member);
    const client = new RekognitionClient({
      region,
      endpoint: endpoints.rekognition,
      retryMode: "standard",
      maxAttempts: 5,
      // Called when there are none or they have less than five minutes left, and once for all who ask meanwhile.
      credentials: async () => {
        try {
          const credentials = await pool.credentials();
          client.config.systemClockOffset = pool.clockOffset;
          return credentials;
        } catch (error) {
          // The next try begins anew: the pool may have forgotten the identity that this client holds on to.
          this.client = this.connect();
          throw new CredentialsError(error);
        }
      },
    });
    client.middlewareStack.add(
      (next, { commandName = "" }) =>
        async (args) => {
          await this.turn(commandName);
          try {
            return await next(args);
          } catch (error) {
            if (error instanceof Error && STALE.has(error.name)) this.client = this.connect();
            const isSkewed = error instanceof Error && SKEWED.has(error.name);
            throw commandName === "DetectCustomLabelsCommand" && !isSkewed ? new Unretried(error) : error;
          }
        },
      // After the retries, so that each of them counts.
      { step: "finalizeRequest", priority: "low", name: "turn" },
    );
    return client;
  }

  /** Wait until one more control-plane request may start. */
  private async turn(commandName: string): Promise<void> {
    if (commandName === "DetectCustomLabelsCommand") return;
    const pace = this.paces.get(commandName) ?? new Pace(REQUESTS_PER_SECOND, 1000);
    this.paces.set(commandName, pace);
    const delay = pace.delay(Date.now());
    await new Promise((resolve) => setTimeout(resolve, delay));
  }

  /**
   * List projects and their versions, reporting each project as it becomes known.
   *
   * @param only ARNs of the projects to list; null for all of them.
   * @returns the names of the projects, in Rekognition's order.
   */
  async list(
    signal: AbortSignal,
    only: readonly string[] | null,
    report: (progress: Jobs["list"]["progress"]) => void,
  ): Promise<readonly string[]> {
    const arns = only ?? (await this.projectArns(signal));
    const wanted = only === null ? this.settings.projects : [];
    const missing = wanted.filter((name) => !arns.some((arn) => projectName(arn) === name));
    const of = arns.length + missing.length;
    // One after the other: quicker would only run into the limit, and the list keeps Rekognition's order.
    for (const arn of arns) {
      const project = await this.project(arn, signal);
      signal.throwIfAborted();
      report({ project, of });
    }
    for (const name of missing) {
      const problem = `The settings name this project, but ${this.settings.region} has none of that name.`;
      report({ project: { arn: null, name, versions: [], problem }, of });
    }
    return [...arns.map(projectName), ...missing];
  }

  private async projectArns(signal: AbortSignal): Promise<readonly string[]> {
    const wanted = this.settings.projects;
    const arns: string[] = [];
    for await (const page of paginateDescribeProjects({ client: this.client }, {}, { abortSignal: signal })) {
      const known = readProjectArns(page.ProjectDescriptions);
      arns.push(...known.filter((arn) => wanted.length === 0 || wanted.includes(projectName(arn))));
    }
    return arns;
  }

  private async project(arn: string, signal: AbortSignal): Promise<Project> {
    const name = projectName(arn);
    const versions: Version[] = [];
    try {
      for await (const page of paginateDescribeProjectVersions(
        { client: this.client },
        { ProjectArn: arn },
        { abortSignal: signal },
      )) {
        versions.push(...readVersions(page.ProjectVersionDescriptions));
      }
      for (const version of versions) this.projectOf.set(version.arn, arn);
      const asked = new Set(versions.filter(isCharged).slice(0, MOST_LEASES));
      const known = versions.map((version) =>
        asked.has(version) ? this.withLease(version, signal) : version,
      );
      return { arn, name, versions: await Promise.all(known), problem: null };
    } catch (error) {
      return { arn, name, versions: [], problem: this.explain(error, "list").sentence };
    }
  }

  /** Since when and until when a model runs is not worth losing the list for. */
  private async withLease(version: Version, signal: AbortSignal): Promise<Version> {
    try {
      const tags = await this.tags(version.arn, signal);
      return { ...version, lease: readLease(tags, this.client.config.systemClockOffset) };
    } catch {
      return version;
    }
  }

  /** A model's tags, which nobody has checked. */
  async tags(model: string, signal: AbortSignal): Promise<Record<string, string>> {
    const command = new ListTagsForResourceCommand({ ResourceArn: model });
    return (await this.client.send(command, { abortSignal: signal })).Tags ?? {};
  }

  /** Detect every label, however unsure: the page filters by confidence. */
  async detect(signal: AbortSignal, model: string, image: Blob): Promise<readonly Label[]> {
    const command = new DetectCustomLabelsCommand({
      ProjectVersionArn: model,
      Image: { Bytes: new Uint8Array(await image.arrayBuffer()) },
      MinConfidence: 0,
    });
    const late = AbortSignal.timeout(ANSWER_WITHIN);
    try {
      const { CustomLabels } = await this.client.send(command, {
        abortSignal: AbortSignal.any([signal, late]),
      });
      return readLabels(CustomLabels);
    } catch (error) {
      if (late.aborted) throw late.reason;
      throw error instanceof Unretried ? error.cause : error;
    }
  }

  explain(error: unknown, step: Step): Problem {
    const refused = error instanceof CredentialsError;
    return explain(refused ? error.cause : error, {
      step: refused ? (this.member === null ? "credentials" : "member-credentials") : step,
      region: this.settings.region,
      endpoint: refused ? this.settings.endpoints.cognitoIdentity : this.settings.endpoints.rekognition,
      online: navigator.onLine,
    });
  }
}
