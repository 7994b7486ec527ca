import { Component } from "preact";
import {
  isCharged,
  isRunning,
  isStartable,
  type Project,
  statusWords,
  type Version,
} from "../../core/catalog";
import { inDollars, inHours } from "../../core/costs";
import { billOf } from "../../core/leases";
import { whyNotStart } from "../../core/permissions";
import { routeHref } from "../../core/route";
import type { AppContext } from "../app-context";

interface CardProps {
  readonly project: Project;
  readonly app: AppContext;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** One project with its models; drawn anew only when something of it has changed. */
export class ProjectCard extends Component<CardProps> {
  override shouldComponentUpdate({ project, app, now }: CardProps): boolean {
    const { props } = this;
    const isCosting = project.versions.some(isCharged) && now !== props.now;
    return project !== props.project || app.visitor.role !== props.app.visitor.role || isCosting;
  }

  override render({ project, app, now }: CardProps) {
    const { name, versions, problem } = project;
    return (
      <section class="card" style={{ "--rows": versions.length }} aria-label={name}>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        {problem !== null && <p class="warning">{problem}</p>}
        {problem === null && versions.length === 0 && (
          <p class="muted">
            No models yet. Train one as <a href="#/help">Help</a> says.
          </p>
        )}
        {versions.length > 0 && (
          <ul>
            {versions.map((version) => (
              <Model key={version.arn} version={version} app={app} now={now} />
            ))}
          </ul>
        )}
      </section>
    );
  }
}

interface ModelProps {
  readonly version: Version;
  readonly app: AppContext;
  readonly now: number;
}

function Model({ version, app, now }: ModelProps) {
  const { arn, name, status, message } = version;
  const { visitor } = app;
  return (
    <li>
      <p class="name">
        <bdi>{name}</bdi>
        <span class={`state ${isCharged(version) ? "charged" : ""}`}>{statusWords(status)}</span>
      </p>
      <p class="muted">{figures(version)}</p>
      {message !== null && (
        <p class="message">
          <bdi>{message}</bdi>
        </p>
      )}
      {isCharged(version) && <Cost version={version} app={app} now={now} />}
      <div class="buttons">
        {isRunning(version) && (
          <>
            <a class="button" href={routeHref({ page: "detect", model: arn })}>
              Detect<span class="hidden"> with {name}</span>
            </a>
            <a class="button quiet" href={routeHref({ page: "compare", a: arn, b: null })}>
              Compare<span class="hidden"> {name}</span>
            </a>
            {visitor.longer(version)}
          </>
        )}
        {visitor.controls(version)}
        {visitor.role !== "operator" && isStartable(version) && (
          <p class="muted">{whyNotStart(visitor.role)}.</p>
        )}
      </div>
    </li>
  );
}

/** A model's figures in one line; the parts that are not known are left out. */
function figures({ f1, inferenceUnits, maxInferenceUnits, trained }: Version): string {
  const facts: string[] = [];
  if (f1 !== null) facts.push(`F1 score ${f1.toFixed(2)}`);
  if (trained !== null) facts.push(`trained ${day(trained)}`);
  if (inferenceUnits !== null) {
    const most = maxInferenceUnits === null ? "" : ` to ${maxInferenceUnits}`;
    facts.push(
      `${inferenceUnits}${most} inference ${inferenceUnits === 1 && most === "" ? "unit" : "units"}`,
    );
  }
  return facts.join(" · ");
}

function day(moment: number): string {
  return new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

function clock(moment: number, now: number): string {
  const time = new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return day(moment) === day(now) ? time : `${time} on ${day(moment)}`;
}

/** Since when a model runs, what that costs, and when it stops and why. */
function Cost({ version, app, now }: ModelProps) {
  const { lease, inferenceUnits } = version;
  const { costs } = app.settings;
  if (lease === null) {
    return (
      <p class="cost">
        Since when it runs, and until when, is not known to you: reading a model’s tags is not allowed or has
        failed.
      </p>
    );
  }
  const { minutes, cents, centsPerHour, end } = billOf(lease, inferenceUnits ?? 1, costs, now);
  return (
    <p class="cost">
      {minutes === null || lease.startedAt === null
        ? "Nobody has noted since when it runs. "
        : `Runs since ${clock(lease.startedAt, now)} (${inHours(minutes)}), `}
      {cents !== null && (
        <>
          <strong>{inDollars(cents)}</strong> so far.{" "}
        </>
      )}
      {inDollars(centsPerHour)} an hour.{" "}
      {end === null ? "No end is set. " : stops(end, costs.maxRunHours, now)}
      {costs.idleStopMinutes > 0 && `Stopped earlier after ${inHours(costs.idleStopMinutes)} without use.`}
    </p>
  );
}

function stops(
  end: { readonly at: number; readonly why: "lease" | "longest" },
  hours: number,
  now: number,
): string {
  const why =
    end.why === "lease"
      ? "the time that it was started for is over then"
      : `no model may run longer than ${hours} h`;
  if (end.at <= now) return `To be stopped now: ${end.why === "lease" ? "its time is over" : why}. `;
  return `Stops at ${clock(end.at, now)}: ${why}. `;
}
