import { findVersion, isRunning } from "../core/catalog";
import { shownLabels, statusText } from "../core/state";
import type { AppContext } from "./app-context";
import { Lazy } from "./lazy";

const labelTable = async () => (await import("./label-table")).LabelTable;
const explanation = async () => (await import("./explanation")).Explanation;

/** What is happening, what went wrong, and what was found. */
export function Results(props: AppContext) {
  const { state, controller, visitor } = props;
  const { image, job, problem, threshold, projects, listing, model } = state;
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
        labels.length > 0 && (
          <Lazy load={labelTable} props={{ labels, lit: state.lit, controller }} waiting={null} />
        )
      )}
      {visitor.form === null && listing === "done" && !isRunning(findVersion(projects, model)) && (
        <Lazy load={explanation} props={props} waiting={null} />
      )}
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
