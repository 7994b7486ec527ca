import { useState } from "preact/hooks";
import { corrected, correctionsManifest, importProblems, locationProblem } from "../../core/corrections";
import { download } from "../download";
import { useCorrections } from "./store";

/** Writes the corrections to a manifest, and says how a dataset takes them. */
export function Export({ say }: { readonly say: (words: string) => void }) {
  const store = useCorrections();
  const [location, setLocation] = useState("");
  const { corrections } = store;
  const count = corrected(corrections).length;
  const wrong = locationProblem(location);
  return (
    <section class="group export" aria-label="Export">
      <h2>Export</h2>
      <p>
        {count === 0
          ? "Images that you change or find right are exported as lines of a Ground Truth manifest, which datasets take."
          : `${count} ${count === 1 ? "image" : "images"} corrected${store.unsaved ? ", not exported yet" : ", all exported"}.`}
      </p>
      {count > 0 && (
        <>
          <div class="field">
            <label for="location">Where the images are in S3</label>
            <input
              id="location"
              value={location}
              placeholder="s3://my-bucket/photos"
              spellcheck={false}
              aria-invalid={wrong !== null}
              aria-describedby="location-help"
              onInput={({ currentTarget }) => setLocation(currentTarget.value.trim())}
            />
            <p id="location-help" class="muted" role={wrong === null ? undefined : "alert"}>
              {wrong ??
                "Leave it empty if you put the manifest beside the image files. Boxes are in pixels of these files, seen upright."}
            </p>
          </div>
          {importProblems(corrections, location).map((problem) => (
            <p key={problem} class="warning">
              {problem}
            </p>
          ))}
          <button
            type="button"
            class="button"
            aria-disabled={wrong !== null}
            onClick={() => {
              if (wrong !== null) return;
              const manifest = correctionsManifest(corrections, location, new Date());
              download("corrections.manifest", new Blob([manifest], { type: "application/jsonl" }));
              store.saved();
              say(`corrections.manifest has ${count} ${count === 1 ? "line" : "lines"}`);
            }}
          >
            Export corrections.manifest
          </button>
          <p class="muted">Add them to a project’s training dataset with</p>
          <pre tabIndex={0}>
            custom-labels dataset import corrections.manifest --project PROJECT --split train
          </pre>
        </>
      )}
    </section>
  );
}
