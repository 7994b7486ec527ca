import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { nameProblem } from "../../core/manifest-lines";

interface NameFormProps {
  readonly title: string;
  /** The name to begin with. */
  readonly name: string;
  /** Names to choose from; any other can be typed. */
  readonly names: readonly string[];
  readonly onName: (name: string) => void;
  readonly onCancel: () => void;
}

/** Asks for the name of a label. */
export function NameForm({ title, name, names, onName, onCancel }: NameFormProps) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useLayoutEffect(() => input.current?.select(), []);
  return (
    <form
      class="name-form"
      onSubmit={(event) => {
        event.preventDefault();
        const given = (input.current?.value ?? "").trim();
        const wrong = nameProblem(given);
        if (wrong === null) onName(given);
        else setProblem(wrong);
      }}
      onKeyDown={({ key }) => key === "Escape" && onCancel()}
    >
      <label for="label-name">{title}</label>
      <input
        ref={input}
        id="label-name"
        defaultValue={name}
        list="label-names"
        autocomplete="off"
        dir="auto"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : "name-problem"}
      />
      <datalist id="label-names">
        {names.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <button class="button">Save</button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
      {problem !== null && (
        <p id="name-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
