import {
  findVersion,
  isRunning,
  isStartable,
  startableVersion,
  startCommand,
  type Version,
} from "../core/catalog";
import { whyNotStart } from "../core/permissions";
import type { Settings } from "../core/settings";
import { type ShownLabel, shownLabels, statusText } from "../core/state";
import type { ViewProps } from "./app";
import type { Controller } from "./controller";
import { lighting } from "./lighting";

/** What is happening, what went wrong, and what was found. */
export function Results(props: ViewProps) {
  const { state, controller } = props;
  const { image, job, problem, threshold, projects } = state;
  const labels = shownLabels(state);
  return (
    <section class="results" aria-label="Results">
      <p id="status" class="status" role="status" tabIndex={-1}>
        {statusText(state)}
      </p>
      <div class="note">
        <p>{image?.name ?? (job?.kind === "preparing" ? job.name : "No image yet")}</p>
        <p>{image?.note ?? "JPEG, PNG, WebP or AVIF. Large images are shrunk here, before they are sent."}</p>
      </div>
      <div class="threshold">
        <label for="threshold">Confidence at least</label>
        <span aria-hidden="true">{threshold} %</span>
        <input
          id="threshold"
          type="range"
          min="0"
          max="100"
          value={threshold}
          aria-valuetext={`${threshold} %`}
          onInput={({ currentTarget }) =>
            controller.dispatch({ type: "threshold", percent: currentTarget.valueAsNumber })
          }
        />
      </div>
      {problem && (
        <div class="alert" role="alert">
          <p>{problem.sentence}</p>
          {problem.detail && <p class="muted">AWS says: {problem.detail}</p>}
          {problem.retry && (
            <button
              type="button"
              onClick={() => {
                document.getElementById("status")?.focus(); // this button is about to go
                controller.retry();
              }}
            >
              Retry
            </button>
          )}
        </div>
      )}
      {job !== null ? (
        <div class="rows" aria-hidden="true">
          <div class="skeleton" />
          <div class="skeleton" />
          <div class="skeleton" />
        </div>
      ) : (
        labels.length > 0 && <LabelTable labels={labels} lit={state.lit} controller={controller} />
      )}
      <Explanation {...props} />
      {projects.map(
        ({ name, problem }) =>
          problem !== null && (
            <p key={name} class="warning">
              <bdi>{name}</bdi> could not be listed. {problem}
            </p>
          ),
      )}
    </section>
  );
}

interface LabelTableProps {
  readonly labels: readonly ShownLabel[];
  readonly lit: number | null;
  readonly controller: Controller;
}

function LabelTable({ labels, lit, controller }: LabelTableProps) {
  const ofImage = labels.filter(({ box }) => box === null);
  return (
    <>
      {ofImage.length > 0 && (
        <p class="chips" aria-hidden="true">
          {ofImage.map(({ index, name, color }) => (
            <span key={index} class={`tag label-${color}`} dir="auto">
              {name}
            </span>
          ))}
        </p>
      )}
      <table>
        <caption>Labels</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Confidence</th>
          </tr>
        </thead>
        <tbody>
          {labels.map(({ index, name, confidence, color }) => (
            <tr
              key={index}
              tabIndex={0}
              class={index === lit ? `label-${color} lit` : `label-${color}`}
              {...lighting(controller, index)}
              onFocus={() => controller.dispatch({ type: "lit", index })}
              onBlur={() => controller.dispatch({ type: "lit", index: null })}
            >
              <td>
                <i class="swatch" />
                <bdi>{name}</bdi>
              </td>
              <td>{confidence.toFixed(1)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Why there is nothing to choose, and what to do about it. */
function Explanation({ state, settings, controller, visitor }: ViewProps) {
  const { listing, projects, model } = state;
  const chosen = findVersion(projects, model);
  if (visitor.form !== null || listing !== "done" || isRunning(chosen)) return null;
  const count = projects.reduce((sum, { versions }) => sum + versions.length, 0);
  if (count === 0) {
    return (
      <div class="explanation">
        <h2>{projects.length === 0 ? "No projects yet" : "No models yet"}</h2>
        <p>
          {projects.length === 0
            ? `This app finds no Custom Labels project in ${settings.region}. `
            : `None of the projects in ${settings.region} has a trained model that this app can see. `}
          Train a model as{" "}
          <a
            href="https://docs.aws.amazon.com/rekognition/latest/customlabels-dg/getting-started.html"
            target="_blank"
            rel="noreferrer"
          >
            Amazon’s guide
          </a>{" "}
          shows, then refresh.
        </p>
      </div>
    );
  }
  const startable =
    chosen === undefined ? startableVersion(projects) : isStartable(chosen) ? chosen : undefined;
  const { role } = visitor;
  const command = role !== "operator" && startable ? commandFor(startable, settings) : null;
  return (
    <div class="explanation">
      <h2>{chosen === undefined ? "No model is running" : "This model is not running"}</h2>
      <p>
        A model must be started before it can detect, and is billed by the hour, used or not, until it is
        stopped.
        {command !== null &&
          role !== "operator" &&
          ` ${whyNotStart(role)}, in the Rekognition console or with this command:`}
      </p>
      {chosen === undefined && visitor.controls(startable)}
      {command !== null && (
        <>
          <pre tabIndex={0}>{command}</pre>
          <button
            type="button"
            onClick={() =>
              void navigator.clipboard.writeText(command).then(() => controller.dispatch({ type: "copied" }))
            }
          >
            {state.copied ? "Copied" : "Copy command"}
          </button>
        </>
      )}
    </div>
  );
}

function commandFor({ arn }: Version, { region, endpoints }: Settings): string {
  return startCommand(arn, region, endpoints.rekognition);
}
