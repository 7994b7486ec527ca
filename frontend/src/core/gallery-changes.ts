import { assignColors } from "./colors";
import { findImage, type Gallery, type GalleryAction, type GalleryImage } from "./gallery";
import { type Action, reduce, type State, without } from "./state";

/** What `reduce` does, and what becomes of images: apart, because a page without images does not need it. */
export function reduceWithImages(state: State, action: Action): State {
  switch (action.type) {
    case "add": {
      const problem = without(state.problem, "choose");
      return { ...state, gallery: reduceGallery(state.gallery, action), problem, choosing: false };
    }
    case "clear":
    case "select":
      return { ...state, gallery: reduceGallery(state.gallery, action), lit: null };
    case "preparation":
    case "run":
    case "hold":
      return { ...state, gallery: reduceGallery(state.gallery, action) };
    default:
      return reduce(state, action);
  }
}

export function reduceGallery(gallery: Gallery, action: GalleryAction): Gallery {
  switch (action.type) {
    case "add": {
      const added = action.images.map(({ id, file }): GalleryImage => ({
        id,
        name: file.name,
        file,
        preparation: { status: "queued" },
        runs: new Map(),
      }));
      return {
        ...gallery,
        images: [...gallery.images, ...added],
        selected: gallery.selected ?? added[0]?.id ?? null,
      };
    }
    case "clear":
      return { ...gallery, images: [], selected: null };
    case "select":
      return findImage(gallery, action.id) === undefined ? gallery : { ...gallery, selected: action.id };
    case "hold":
      return { ...gallery, held: action.held };
    case "preparation":
      return changed(gallery, action.id, () => ({ preparation: action.preparation }));
    case "run": {
      const { run, model } = action;
      const sorted =
        run?.status === "done"
          ? { ...run, labels: [...run.labels].sort((one, other) => other.confidence - one.confidence) }
          : run;
      const names = sorted?.status === "done" ? sorted.labels.map(({ name }) => name) : [];
      const colors = names.every((name) => gallery.colors.has(name))
        ? gallery.colors
        : assignColors(gallery.colors, names);
      return changed({ ...gallery, colors }, action.id, ({ runs }) => {
        const next = new Map(runs);
        if (sorted === null) next.delete(model);
        else next.set(model, sorted);
        return { runs: next };
      });
    }
  }
}

/** A late answer for an image that has gone changes nothing. */
function changed(
  gallery: Gallery,
  id: number,
  change: (image: GalleryImage) => Partial<GalleryImage>,
): Gallery {
  return {
    ...gallery,
    images: gallery.images.map((image) => (image.id === id ? { ...image, ...change(image) } : image)),
  };
}

export type ImageStatus = "queued" | "preparing" | "ready" | "detecting" | "done" | "failed";

/** How far an image has come on its way through a model. */
export function statusOf({ preparation, runs }: GalleryImage, model: string | null): ImageStatus {
  if (preparation.status !== "ready") return preparation.status;
  return (model === null ? undefined : runs.get(model))?.status ?? "ready";
}
