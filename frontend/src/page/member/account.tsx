import { useState } from "preact/hooks";
import { groupedKey, otpauthUrl } from "../../core/authenticator";
import type { Person } from "../../messages";
import { ProblemAlert } from "../problem";
import { Dialog } from "./dialog";
import { CodeField, read } from "./fields";
import type { Member } from "./start";
import { useJob } from "./use-job";

interface AccountProps {
  readonly person: Person;
  readonly member: Member;
}

const MAY: Readonly<Record<Person["role"], string>> = {
  viewer: "You may look and detect; operators start and stop models.",
  operator: "You may detect, and start and stop models.",
};

/** Who is signed in, and what they can do about it. */
export function Account({ person, member }: AccountProps) {
  const [open, setOpen] = useState(false);
  const { busy, run } = useJob();
  return (
    <>
      <span class="person">
        <bdi>{person.email}</bdi> <span>{person.role}</span>
      </span>
      <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Account
      </button>
      {open && (
        <Dialog title="Account" onClose={() => setOpen(false)}>
          {(close) => (
            <>
              <p class="who">
                <bdi>{person.email}</bdi>, {person.role}.<br />
                {MAY[person.role]}
              </p>
              <Authenticator person={person} member={member} />
              <div class="buttons">
                <button type="button" aria-disabled={busy} onClick={() => void run(() => member.signOut())}>
                  Sign out
                </button>
                <button type="button" onClick={close}>
                  Close
                </button>
              </div>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}

/** Turn the second factor on or off. */
function Authenticator({ person, member }: AccountProps) {
  const [key, setKey] = useState<string | null>(null);
  const { busy, problem, run } = useJob();
  if (key !== null && !person.authenticator) {
    return (
      <form
        class="group"
        onSubmit={(event) => {
          event.preventDefault();
          const code = read(event.currentTarget, "code");
          void run(async () => {
            member.know(await member.run({ kind: "authenticatorOn", code }));
            setKey(null);
          });
        }}
      >
        <h3>Authenticator app</h3>
        <p>
          Add this key to your app, or <a href={otpauthUrl(key, person.email)}>open it in an app here</a>.
        </p>
        <pre tabIndex={0} aria-label="Key">
          {groupedKey(key)}
        </pre>
        <CodeField hint="The six digits that the app then shows." />
        <ProblemAlert problem={problem} />
        <button type="submit" class="button" aria-disabled={busy}>
          Turn on
        </button>
      </form>
    );
  }
  return (
    <div class="group">
      <h3>Authenticator app</h3>
      <p role="status">
        {person.authenticator
          ? "On: signing in asks for its code, besides the password."
          : "Off. With it on, a stolen password alone lets nobody in."}
      </p>
      <ProblemAlert problem={problem} />
      <button
        type="button"
        aria-disabled={busy}
        onClick={() =>
          void run(async () => {
            if (person.authenticator) member.know(await member.run({ kind: "authenticatorOff" }));
            else setKey(await member.run({ kind: "authenticatorKey" }));
          })
        }
      >
        {person.authenticator ? "Turn off" : "Turn on"}
      </button>
    </div>
  );
}
