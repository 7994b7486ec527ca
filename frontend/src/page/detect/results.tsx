import { findVersion, isRunning } from "../../core/catalog";
import { labelsOf } from "../../core/gallery";
import { selectedImage, shownLabels, shownProblem, stage, statusText } from "../../core/state";
import type { AppContext } from "../app-context";
import { Lazy } from "../lazy";
import { ProblemAlert } from "../problem";
import { Threshold } from "../threshold";

const labelTable = async () => (await import("./label-table")).LabelTable;
const tools = async () => (await import("./tools")).Tools;
const explanation = async () => (await import("./explanation")).Explanation;

/** What is happening, what went wrong, and what was found. */
export function Results(props: AppContext) {
  const { state, controller, visitor } = props;
  const { projects, listing, model, gallery } = state;
  const image = selectedImage(state);
  const facts = image?.preparation.status === "ready" ? image.preparation.facts : null;
  const labels = shownLabels(state);
  const isBusy = /ing$/.test(stage(state)) && image !== undefined;
  return (
    <section class="results" aria-label="Results">
      <p id="status" class="status" role="status" tabIndex={-1}>
        {statusText(state)}
      </p>
      <div class="note">
        <p>{image?.name ?? "No image yet"}</p>
        <p>{facts?.note ?? "JPEG, PNG, WebP or AVIF. Large images are shrunk here, before they are sent."}</p>
      </div>
      <Threshold
        percent={gallery.threshold}
        onPercent={(percent) => controller.dispatch({ type: "threshold", percent })}
      />
      <ProblemAlert problem={shownProblem(state)} onRetry={() => controller.retry()} />
      {isBusy ? (
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
      {!isBusy && labelsOf(image, model) !== null && (
        <Lazy load={tools} props={{ app: props }} waiting={null} />
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
