import { findVersion, isRunning, statusWords, versionFacts } from "../../core/catalog";
import type { AppContext } from "../app-context";

interface ModelSelectProps {
  readonly app: AppContext;
  readonly side: "A" | "B";
  readonly arn: string | null;
  readonly onChoose: (arn: string) => void;
}

/** Chooses the model of one side, and says why it cannot detect. */
export function ModelSelect({ app, side, arn, onChoose }: ModelSelectProps) {
  const { state, visitor } = app;
  const version = findVersion(state.projects, arn);
  const id = `model-${side}`;
  return (
    <div class="model">
      <label for={id}>Model {side}</label>
      <div class="pick">
        <select
          id={id}
          value={version?.arn ?? ""}
          aria-describedby={`${id}-facts`}
          onChange={({ currentTarget }) => onChoose(currentTarget.value)}
        >
          {version === undefined && (
            <option value="" disabled>
              Choose a model
            </option>
          )}
          {state.projects.map(({ name, versions }) => (
            <optgroup key={name} label={name}>
              {versions.map((each) => (
                <option key={each.arn} value={each.arn} dir="auto">
                  {`${each.name} · ${statusWords(each.status)}`}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        {version !== undefined && !isRunning(version) && visitor.controls(version)}
      </div>
      <p id={`${id}-facts`} class="facts">
        {version === undefined
          ? arn !== null && state.listing === "done" && "The model that the address names is not listed."
          : isRunning(version)
            ? versionFacts(version)
            : `${statusWords(version.status)}: it must run to be compared.`}
      </p>
    </div>
  );
}
