import "./correct.css";
import { useState } from "preact/hooks";
import { findImage } from "../../core/gallery";
import { routeHref } from "../../core/route";
import type { PageProps } from "../app-context";
import { ImageStrip } from "../image-strip";
import { ProblemAlert } from "../problem";
import { Editor } from "./editor";
import { Export } from "./export";
import { useCorrections } from "./store";

/** Mark what a model got wrong, and export the corrections for a dataset. */
export function Page({ app }: PageProps) {
  const { gallery } = app.state;
  const { corrections } = useCorrections();
  const [said, setSaid] = useState("");
  const image = findImage(gallery, gallery.selected);
  const { preparation } = image ?? {};
  return (
    <div class="correct">
      <p id="status" class="status" role="status" tabIndex={-1}>
        {said || `${gallery.images.length} ${gallery.images.length === 1 ? "image" : "images"} to correct`}
      </p>
      {gallery.images.length > 1 && (
        <ImageStrip
          gallery={gallery}
          note={({ id }) => (corrections.get(id)?.marks ? "corrected" : null)}
          onSelect={(id) => app.controller.dispatch({ type: "select", id })}
        />
      )}
      {image === undefined ? (
        <div class="explanation">
          <h2>No images yet</h2>
          <p>
            Drop images here, paste one, or choose some on the page{" "}
            <a href={routeHref({ page: "detect" })}>Detect</a>; what a model finds in them can then be
            corrected.
          </p>
        </div>
      ) : preparation?.status === "ready" ? (
        <Editor key={image.id} app={app} image={image} facts={preparation.facts} say={setSaid} />
      ) : preparation?.status === "failed" ? (
        <ProblemAlert problem={preparation.problem} />
      ) : (
        <div class="stage">
          <div class="skeleton" />
        </div>
      )}
      <Export say={setSaid} />
    </div>
  );
}
