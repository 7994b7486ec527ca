import { findVersion, isStartable, type Version } from "../../core/catalog";
import { whyNotStart } from "../../core/permissions";
import type { Settings } from "../../core/settings";
import { startableVersion, startCommand } from "../../core/start-command";
import type { AppContext } from "../app-context";

/** Why there is nothing to choose, and what to do about it. */
export function Explanation({ state, settings, controller, visitor }: AppContext) {
  const { projects, model } = state;
  const chosen = findVersion(projects, model);
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
