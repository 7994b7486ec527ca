import "./many.css";
import { findVersion, isRunning } from "../../core/catalog";
import { type GalleryImage, labelsOf } from "../../core/gallery";
import { statusOf } from "../../core/gallery-changes";
import { progressWords } from "../../core/queue";
import type { PageProps } from "../app-context";
import { ImageStrip } from "../image-strip";

const WORDS = {
  queued: "waiting",
  preparing: "preparing…",
  ready: "",
  detecting: "detecting…",
  failed: "failed",
} as const;

/** All images, how far they have come, and what can be done with them together. */
export function Many({ app }: PageProps) {
  const { state, controller } = app;
  const { gallery, model, projects } = state;
  const { images, held, threshold } = gallery;
  const statuses = images.map((image) => statusOf(image, model));
  const count = (...wanted: string[]) => statuses.filter((status) => wanted.includes(status)).length;
  const isWaiting = images.some(({ runs }) => /queued|detecting/.test(runs.get(model ?? "")?.status ?? ""));
  const failed = count("failed");
  const open = images.length - count("done") - failed;
  const progress = model === null ? null : controller.runner?.progress(model);
  const ask = (wanted: (image: GalleryImage) => boolean) =>
    void controller.work((runner) => runner.bring(images.filter(wanted)));
  const canAsk = !isWaiting && isRunning(findVersion(projects, model));

  function note(image: GalleryImage): string {
    const status = statusOf(image, model);
    if (status !== "done") return WORDS[status];
    const found = (labelsOf(image, model) ?? []).filter(({ confidence }) => confidence >= threshold).length;
    return `${found} ${found === 1 ? "label" : "labels"}`;
  }

  return (
    <section class="many" aria-label="All images">
      <div class="course">
        <p>{!progress ? `${images.length} images` : progressWords(progress)}</p>
        <progress max={images.length} value={count("done", "failed")} aria-label="Images finished" />
        <p class="buttons">
          {isWaiting && (
            <>
              <button
                type="button"
                onClick={() => controller.work((runner) => (held ? runner.resume() : runner.pause()))}
              >
                {held ? "Go on" : "Pause"}
              </button>
              <button type="button" onClick={() => controller.work((runner) => runner.cancel(model ?? ""))}>
                Cancel
              </button>
            </>
          )}
          {canAsk && open > 0 && (
            <button type="button" onClick={() => ask((image) => labelsOf(image, model) === null)}>
              {`Detect in ${open} ${open === 1 ? "image" : "images"}`}
            </button>
          )}
          {canAsk && failed > 0 && (
            <button type="button" onClick={() => ask((image) => statusOf(image, model) === "failed")}>
              {`Retry ${failed} failed`}
            </button>
          )}
          <button type="button" onClick={() => controller.work((runner) => runner.clear())}>
            Remove all
          </button>
        </p>
      </div>
      <ImageStrip
        gallery={gallery}
        note={note}
        onSelect={(id) => controller.dispatch({ type: "select", id })}
      />
    </section>
  );
}
