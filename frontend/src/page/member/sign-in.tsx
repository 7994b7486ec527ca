import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { brokenRules } from "../../core/passwords";
import type { SignInForm } from "../../messages";
import { ProblemAlert } from "../problem";
import { CodeField, EmailField, PasswordField, read } from "./fields";
import type { Member, SignInState } from "./start";

const TITLES: Readonly<Record<SignInForm, string>> = {
  password: "Sign in",
  "new-password": "Choose your password",
  code: "Enter your code",
  forgot: "Forgot your password?",
  reset: "Choose a new password",
};

const SUBMIT: Readonly<Record<SignInForm, string>> = {
  password: "Sign in",
  "new-password": "Set password",
  code: "Sign in",
  forgot: "Send code",
  reset: "Set password",
};

/** The way in: one form for each question. */
export function SignIn({ member, ...state }: SignInState & { readonly member: Member }) {
  const { form, email, busy, problem, notice } = state;
  const ref = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (!busy) focusField(ref.current, problem !== null);
  }, [form, problem, busy]);
  return (
    <form
      key={form}
      ref={ref}
      class="sign-in"
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit(member, form, email, event.currentTarget);
      }}
    >
      <h2>{TITLES[form]}</h2>
      <p role="status" class={notice === null ? "hidden" : "notice"}>
        {busy ? "One moment…" : notice}
      </p>
      <Fields form={form} email={email} />
      <ProblemAlert problem={problem} />
      <div class="buttons">
        <button type="submit" class="button" aria-disabled={busy}>
          {SUBMIT[form]}
        </button>
        {form === "password" ? (
          <button
            type="button"
            aria-disabled={busy}
            onClick={({ currentTarget }) => {
              if (busy || currentTarget.form === null) return;
              member.show({ ...CALM, form: "forgot", email: read(currentTarget.form, "email") });
            }}
          >
            Forgot password?
          </button>
        ) : (
          <button
            type="button"
            aria-disabled={busy}
            onClick={() => busy || member.show({ ...CALM, form: "password" })}
          >
            Start again
          </button>
        )}
        {form === "reset" && (
          <button type="button" aria-disabled={busy} onClick={() => busy || void member.sendCode(email)}>
            Send a new code
          </button>
        )}
      </div>
    </form>
  );
}

const CALM = { problem: null, notice: null };

/** What each question asks. */
function Fields({ form, email }: Pick<SignInState, "form" | "email">) {
  switch (form) {
    case "password":
      return (
        <>
          <p class="muted">If you are new here, use the temporary password from your invitation.</p>
          <EmailField email={email} />
          <PasswordField label="Password" autocomplete="current-password" />
        </>
      );
    case "new-password":
      return (
        <>
          <For email={email}>It replaces the temporary one.</For>
          <PasswordField label="New password" autocomplete="new-password" />
        </>
      );
    case "code":
      return (
        <>
          <For email={email} />
          <CodeField hint="The six digits that your authenticator app shows." />
        </>
      );
    case "forgot":
      return (
        <>
          <p class="muted">A code will be sent to you by e-mail.</p>
          <EmailField email={email} />
        </>
      );
    case "reset":
      return (
        <>
          <For email={email} />
          <CodeField hint="From the e-mail." />
          <PasswordField label="New password" autocomplete="new-password" />
        </>
      );
  }
}

/** Whom the question is for, also for a password manager, which looks for a field. */
function For({ email, children }: { readonly email: string; readonly children?: ComponentChildren }) {
  return (
    <p class="muted who">
      For <bdi>{email}</bdi>. {children}
      <input hidden type="email" autocomplete="username" value={email} readOnly />
    </p>
  );
}

function submit(member: Member, form: SignInForm, email: string, element: HTMLFormElement): void {
  const password = read(element, "password");
  const code = read(element, "code");
  const broken = form === "new-password" || form === "reset" ? brokenRules(password) : [];
  if (broken.length > 0) {
    const sentence = `The new password still needs ${broken.join(", ")}.`;
    member.show({ problem: { sentence, detail: null, retry: false } });
    return;
  }
  switch (form) {
    case "password": {
      const given = read(element, "email");
      member.show({ email: given });
      return void member.goOn({ kind: "signIn", email: given, password });
    }
    case "new-password":
      return void member.goOn({ kind: "newPassword", password });
    case "code":
      return void member.goOn({ kind: "code", code });
    case "forgot":
      return void member.sendCode(read(element, "email"));
    case "reset":
      return void member.goOn({ kind: "reset", email, code, password });
  }
}

/** Go to the first field that is empty; after a failure to the first secret, which is to be typed again. */
function focusField(form: HTMLFormElement | null, failed: boolean): void {
  const fields = [...(form?.querySelectorAll<HTMLInputElement>("input:not([hidden])") ?? [])];
  const field = fields.find(({ name, value }) => (failed ? name !== "email" : value === "")) ?? fields[0];
  field?.focus();
  if (failed) field?.select();
}
