import { selectedImage } from "../../core/state";
import type { AppContext } from "../app-context";
import { Lazy } from "../lazy";

const viewer = async () => (await import("./viewer")).Viewer;
const skeleton = <div class="skeleton" />;

/** The image with its boxes, or the place to drop one. */
export function Picture(app: AppContext) {
  const { state, settings } = app;
  const image = selectedImage(state);
  const status = image?.preparation.status ?? "failed";
  return (
    <section class={state.dragging ? "stage dragging" : "stage"} aria-label="Image">
      {image !== undefined && status === "ready" ? (
        <Lazy load={viewer} props={{ app, image }} waiting={skeleton} />
      ) : status !== "failed" ? (
        skeleton
      ) : (
        <div key="hint" class="hint">
          <svg viewBox="0 0 48 48" aria-hidden="true">
            <rect x="5" y="9" width="38" height="30" rx="4" />
            <circle cx="16" cy="19" r="3.5" />
            <path d="m6 35 11-10 8 7 7-6 10 9" />
          </svg>
          <p class="lead">Drop images here</p>
          <p>one, many or a folder; or paste one, or choose files.</p>
          <p class="muted">
            They go straight to Amazon Rekognition in <span class="region">{settings.region}</span>. This app
            stores nothing.
          </p>
        </div>
      )}
    </section>
  );
}
