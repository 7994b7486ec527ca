import { useState } from "preact/hooks";
import { PASSWORD_RULES } from "../../core/passwords";

export function EmailField({ email }: { readonly email: string }) {
  return (
    <div class="field">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="username" required defaultValue={email} />
    </div>
  );
}

interface PasswordFieldProps {
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
}

/** A password that can be made visible; a new one with the rules that it keeps so far. */
export function PasswordField({ label, autocomplete }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const [kept, setKept] = useState<readonly boolean[]>([]);
  const isNew = autocomplete === "new-password";
  return (
    <div class="field">
      <label for="password">{label}</label>
      <div class="pick">
        <input
          id="password"
          name="password"
          {...(shown ? { type: "text" as const } : { type: "password" as const })}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          required
          aria-describedby={isNew ? "rules" : undefined}
          onInput={({ currentTarget }) =>
            isNew && setKept(PASSWORD_RULES.map((rule) => rule.holds(currentTarget.value)))
          }
        />
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          Show
        </button>
      </div>
      {isNew && (
        <ul id="rules" class="rules">
          {PASSWORD_RULES.map(({ words }, index) => (
            <li key={words} class={kept[index] ? "kept" : ""}>
              {words}
              {kept[index] && <span class="hidden">, done</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function CodeField({ hint }: { readonly hint: string }) {
  return (
    <div class="field">
      <label for="code">Code</label>
      <input
        id="code"
        name="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        spellcheck={false}
        required
        aria-describedby="code-hint"
      />
      <p id="code-hint" class="muted">
        {hint}
      </p>
    </div>
  );
}

/** The text of a form's field; nothing where the form has none of that name. */
export function read(form: HTMLFormElement, name: "email" | "password" | "code"): string {
  const text = new FormData(form).get(name);
  if (typeof text !== "string") return "";
  // A password may begin or end with a space; a code is often copied with some.
  return name === "password" ? text : text.replaceAll(/\s/g, "");
}
