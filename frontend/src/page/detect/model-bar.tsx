import type { ComponentChildren } from "preact";
import { findVersion, statusWords, versionFacts } from "../../core/catalog";
import type { AppContext } from "../app-context";
import type { Controller } from "../controller";

/** Value of the option that stands for no model. */
const NO_MODEL = "none";

/** Choose a model, list the models again, choose an image. */
export function ModelBar({ state, controller, visitor }: AppContext) {
  const { projects, model, wanted, listing } = state;
  const count = projects.reduce((sum, { versions }) => sum + versions.length, 0);
  const chosen = findVersion(projects, model);
  const project = projects.find(({ versions }) => versions.some(({ arn }) => arn === model));
  const loading = typeof listing === "object";
  return (
    <div class="bar">
      <div class="model">
        <label for="model">Model</label>
        <div class="pick">
          <select
            id="model"
            value={model ?? NO_MODEL}
            disabled={count === 0}
            aria-describedby="facts"
            onChange={({ currentTarget }) => controller.chooseModel(currentTarget.value)}
          >
            {model === null && (
              <option value={NO_MODEL} disabled>
                {loading
                  ? "Loading models…"
                  : count === 0
                    ? "No models"
                    : wanted
                      ? "Choose a model"
                      : "No running model"}
              </option>
            )}
            {projects.map(({ name, versions, problem }) => (
              <optgroup key={name} label={name}>
                {versions.map((version) => (
                  <option key={version.arn} value={version.arn} dir="auto">
                    {`${version.name} · ${statusWords(version.status)}`}
                  </option>
                ))}
                {versions.length === 0 && (
                  <option disabled>{problem === null ? "no models" : "could not be listed"}</option>
                )}
              </optgroup>
            ))}
          </select>
          {visitor.controls(chosen)}
        </div>
        <p id="facts" class="facts">
          {chosen && (
            <>
              <bdi>{project?.name}</bdi> · {versionFacts(chosen)}
            </>
          )}
        </p>
      </div>
      <button type="button" onClick={() => void controller.refresh()}>
        Refresh
      </button>
      <FileButton id="file" class="file" controller={controller} multiple>
        Choose an image
      </FileButton>
      <FileButton id="folder" class="file quiet by-mouse" controller={controller} webkitdirectory>
        Folder
      </FileButton>
      <FileButton id="camera" class="file quiet by-touch" controller={controller} capture="environment">
        Camera
      </FileButton>
    </div>
  );
}

interface FileButtonProps {
  readonly id: string;
  readonly class: string;
  readonly controller: Controller;
  readonly children: ComponentChildren;
  readonly multiple?: boolean;
  readonly webkitdirectory?: boolean;
  /** Which camera to open, where there is one. */
  readonly capture?: "environment";
}

/** A button that asks for files. */
function FileButton({ controller, class: kind, children, ...input }: FileButtonProps) {
  return (
    <div class={kind}>
      <input
        {...input}
        type="file"
        accept="image/*"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // A folder holds other files, too.
          const isFolder = currentTarget.webkitdirectory;
          const images = isFolder ? files.filter(({ type }) => type.startsWith("image/")) : files;
          if (files.length > 0) controller.choose(images);
          currentTarget.value = ""; // so that the same file can be chosen again
        }}
      />
      <label for={input.id} class="button">
        {children}
      </label>
    </div>
  );
}
