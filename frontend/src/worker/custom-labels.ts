import { isCharged, type Project, projectName, type Version } from "../core/catalog";
import { explain, type Step } from "../core/explain";
import { readLease } from "../core/leases";
import { readLabels, readProjectArns, readTags, readVersions } from "../core/replies";
import type { Settings } from "../core/settings";
import type { Jobs, Label, Problem } from "../messages";
import type { Login } from "./identity-pool";
import { CredentialsError, Rekognition } from "./rekognition";

/** Milliseconds that a detection may take. */
const DETECT_WITHIN = 120_000;
/** Running models of a project whose leases are asked for; an account may run two unless AWS raised its quota. */
const MOST_LEASES = 20;

/** Custom Labels as the web app uses it. */
export class CustomLabels {
  readonly rekognition: Rekognition;
  /** ARN of the project by ARN of a listed version: one cannot be derived from the other. */
  readonly projectOf = new Map<string, string>();

  /** @param member how credentials are got; null for a guest's. */
  constructor(
    private readonly settings: Settings,
    private readonly member: Login | null = null,
  ) {
    this.rekognition = new Rekognition(settings, member);
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
    for await (const page of this.rekognition.pages("DescribeProjects", {}, signal)) {
      const known = readProjectArns(page);
      arns.push(...known.filter((arn) => wanted.length === 0 || wanted.includes(projectName(arn))));
    }
    return arns;
  }

  private async project(arn: string, signal: AbortSignal): Promise<Project> {
    const name = projectName(arn);
    const versions: Version[] = [];
    try {
      const request = { ProjectArn: arn };
      for await (const page of this.rekognition.pages("DescribeProjectVersions", request, signal)) {
        versions.push(...readVersions(page));
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
      return { ...version, lease: readLease(tags, this.rekognition.clock.offset) };
    } catch {
      return version;
    }
  }

  async tags(model: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    return readTags(await this.rekognition.call("ListTagsForResource", { ResourceArn: model }, { signal }));
  }

  /** Detect every label, however unsure: the page filters by confidence. */
  async detect(signal: AbortSignal, model: string, image: Blob): Promise<readonly Label[]> {
    const url = new FileReaderSync().readAsDataURL(image);
    const request = {
      ProjectVersionArn: model,
      Image: { Bytes: url.slice(url.indexOf(",") + 1) },
      MinConfidence: 0,
    };
    // Tried once: whoever asks keeps to the model's pace, and tries again by it.
    const options = { signal, tries: 1, within: DETECT_WITHIN };
    return readLabels(await this.rekognition.call("DetectCustomLabels", request, options));
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
