import type { ViewingJobs } from "../messages";
import { annotate } from "./annotate";
import type { CustomLabels } from "./custom-labels";
import { prepareImage, Refusal } from "./image";
import type { Service } from "./serve";

/** What everybody may do: list models, prepare images, detect. */
export function viewing(customLabels: CustomLabels): Service<keyof ViewingJobs> {
  return {
    perform(ask, signal, report) {
      switch (ask.kind) {
        case "list":
          return customLabels.list(signal, ask.arns, report);
        case "prepare":
          return prepareImage(signal, ask.file);
        case "annotate":
          return annotate(ask.image, ask.labels);
        case "detect":
          return customLabels.detect(signal, ask.model, ask.image);
      }
    },
    describe(error, kind) {
      if (error instanceof Refusal) return { sentence: error.message, detail: null, retry: false };
      if (kind !== "prepare" && kind !== "annotate") return customLabels.explain(error, kind);
      return {
        sentence: "The image could not be prepared; choose it again or try another.",
        detail: String(error),
        retry: false,
      };
    },
  };
}
