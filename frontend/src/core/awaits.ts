import { findVersion, isRunning } from "./catalog";
import type { State } from "./state";

/** Whether the one image waits for a detection that nobody has asked for. Many images wait for a word. */
export function awaitsDetection({ gallery, model, projects }: State): boolean {
  const [image, ...others] = gallery.images;
  if (image === undefined || others.length > 0 || image.preparation.status === "failed") return false;
  return model !== null && !image.runs.has(model) && isRunning(findVersion(projects, model));
}
