import { shownLabels } from "../core/state";
import type { AppContext } from "./app-context";
import { Lazy } from "./lazy";

const boxed = async () => (await import("./boxed")).Boxed;
const skeleton = <div class="skeleton" />;

/** The image with its boxes, or the place to drop one. */
export function Picture({ state, settings, controller }: AppContext) {
  const { image, job, lit, dragging } = state;
  return (
    <section class={dragging ? "stage dragging" : "stage"} aria-label="Image">
      {image !== null ? (
        <Lazy
          load={boxed}
          props={{ image, labels: shownLabels(state), lit, controller }}
          waiting={skeleton}
        />
      ) : job !== null ? (
        skeleton
      ) : (
        <div key="hint" class="hint">
          <svg viewBox="0 0 48 48" aria-hidden="true">
            <rect x="5" y="9" width="38" height="30" rx="4" />
            <circle cx="16" cy="19" r="3.5" />
            <path d="m6 35 11-10 8 7 7-6 10 9" />
          </svg>
          <p class="lead">Drop an image here</p>
          <p>or paste one, or choose a file.</p>
          <p class="muted">
            It goes straight to Amazon Rekognition in <span class="region">{settings.region}</span>. This app
            stores nothing.
          </p>
        </div>
      )}
    </section>
  );
}
