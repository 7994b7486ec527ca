import "./tools.css";
import { useState } from "preact/hooks";
import {
  customLabels,
  prefixProblem,
  resultsOf,
  toCsv,
  toJson,
  toManifest,
} from "../../core/exports/results";
import { type GalleryImage, labelsOf } from "../../core/gallery";
import { cliSnippet, pythonSnippet, requestJson } from "../../core/snippets";
import { selectedImage, shownLabels } from "../../core/state";
import type { Label } from "../../messages";
import type { AppContext, PageProps } from "../app-context";
import { download } from "../download";

/** What can be done with results besides looking at them. */
export function Tools({ app }: PageProps) {
  const { model } = app.state;
  const image = selectedImage(app.state);
  const labels = labelsOf(image, model);
  if (model === null) return null;
  return (
    <>
      <Save app={app} model={model} image={labels === null ? undefined : image} />
      {image !== undefined && labels !== null && (
        <Repeat app={app} model={model} image={image} labels={labels} />
      )}
    </>
  );
}

interface SaveProps {
  readonly app: AppContext;
  readonly model: string;
  /** The one to save with its boxes; undefined while it has none. */
  readonly image: GalleryImage | undefined;
}

/** Results as files. */
function Save({ app, model, image }: SaveProps) {
  const { state, controller } = app;
  const { gallery } = state;
  const [prefix, setPrefix] = useState("");
  const wrong = prefixProblem(prefix);
  const source = { model, threshold: gallery.threshold };
  const save = (name: string, type: string, text: string) => download(name, new Blob([text], { type }));
  const results = () => resultsOf(gallery, model);

  async function annotated({ id, name }: GalleryImage): Promise<void> {
    const style = getComputedStyle(document.documentElement);
    const labels = shownLabels(state).map((label) => ({
      ...label,
      color: style.getPropertyValue(`--label-${label.color}`),
    }));
    const drawn = await controller.runner?.annotate(id, labels);
    if (drawn) download(`${withoutEnding(name)}-labels.png`, drawn);
  }

  return (
    <details class="tool">
      <summary>Save</summary>
      <div class="group">
        <p class="muted">
          {`What is at or above ${gallery.threshold} % in ${gallery.images.length === 1 ? "the image" : `all ${gallery.images.length} images`}, made here and sent nowhere.`}
        </p>
        <p class="buttons">
          {image !== undefined && (
            <button type="button" onClick={() => void annotated(image)}>
              Image with boxes
            </button>
          )}
          <button
            type="button"
            onClick={() => save("labels.json", "application/json", toJson(results(), source))}
          >
            JSON
          </button>
          <button type="button" onClick={() => save("labels.csv", "text/csv", toCsv(results(), source))}>
            CSV
          </button>
        </p>
        <div class="field">
          <label for="prefix">Where the images are in S3</label>
          <input
            id="prefix"
            value={prefix}
            placeholder="s3://bucket/images/"
            spellcheck={false}
            aria-invalid={wrong !== null}
            aria-describedby="prefix-note"
            onInput={({ currentTarget }) => setPrefix(currentTarget.value.trim())}
          />
          <p id="prefix-note" class="muted">
            {wrong ??
              (prefix === ""
                ? "Without it the lines name only the files, and a dataset cannot find them."
                : "Each line names its image there.")}
          </p>
        </div>
        <button
          type="button"
          aria-disabled={wrong !== null}
          onClick={() =>
            wrong === null &&
            save(
              "labels.manifest",
              "application/jsonl",
              toManifest(results(), { prefix, model, at: new Date() }),
            )
          }
        >
          Manifest lines
        </button>
      </div>
    </details>
  );
}

interface RepeatProps {
  readonly app: AppContext;
  readonly model: string;
  readonly image: GalleryImage;
  readonly labels: readonly Label[];
}

const FORMS = ["Request", "Response", "AWS CLI", "Python"] as const;

/** The call that was made, and how to make it elsewhere. */
function Repeat({ app, model, image, labels }: RepeatProps) {
  const { settings, controller } = app;
  const [form, setForm] = useState<(typeof FORMS)[number]>("Request");
  const [copied, setCopied] = useState("");
  const { preparation } = image;
  const facts = preparation.status === "ready" ? preparation.facts : null;
  // What was sent is another file than the one that was chosen, if anything was done to it.
  const isChanged = facts !== null && !facts.note.endsWith("sent as it is");
  const file = isChanged ? `${withoutEnding(image.name)}-sent.jpg` : image.name;
  const call = { model, file, settings };
  const text = {
    Request: () => requestJson(call, facts?.bytes ?? 0),
    Response: () => JSON.stringify({ CustomLabels: customLabels(labels) }, null, 2),
    "AWS CLI": () => cliSnippet(call),
    Python: () => pythonSnippet(call),
  }[form]();
  return (
    <details class="tool">
      <summary>Request and response</summary>
      <div class="group">
        <p class="buttons" role="group" aria-label="Form">
          {FORMS.map((each) => (
            <button key={each} type="button" aria-pressed={each === form} onClick={() => setForm(each)}>
              {each}
            </button>
          ))}
        </p>
        <pre tabIndex={0}>{text}</pre>
        {(form === "AWS CLI" || form === "Python") && (
          <p class="muted">
            {isChanged
              ? "It reads the image as it was sent, from the folder that it is run in:"
              : "It reads the image from the folder that it is run in."}
          </p>
        )}
        <p class="buttons">
          <button
            type="button"
            onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(text))}
          >
            {copied === text ? "Copied" : "Copy"}
          </button>
          {isChanged && (
            <button
              type="button"
              onClick={() =>
                void controller.runner?.picture(image.id).then(({ blob }) => download(file, blob))
              }
            >
              Save the image as sent
            </button>
          )}
        </p>
      </div>
    </details>
  );
}

function withoutEnding(name: string): string {
  return name.replace(/\.\w{1,5}$/, "");
}
