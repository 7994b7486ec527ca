import type { ComponentChildren } from "preact";
import type { Version } from "../core/catalog";
import type { Role } from "../core/permissions";
import type { Settings } from "../core/settings";
import { type State, stage } from "../core/state";
import type { Controller } from "./controller";
import { ModelBar } from "./model-bar";
import { Picture } from "./picture";
import { Results } from "./results";

export interface ViewProps {
  readonly state: State;
  readonly settings: Settings;
  readonly controller: Controller;
  readonly visitor: Visitor;
}

/** Who looks at the page, and what it has for them alone. */
export interface Visitor {
  readonly role: Role;
  /** Stands in the header. */
  readonly account: ComponentChildren;
  /** Takes the place of the model bar while nobody is signed in. */
  readonly form: ComponentChildren;
  /** What the person may do with a model: controls to put beside it. */
  controls(version: Version | undefined): ComponentChildren;
}

export const GUEST: Visitor = { role: "guest", account: null, form: null, controls: () => null };

/** The whole page, drawn from the state. */
export function App(props: ViewProps) {
  const { state, settings, visitor } = props;
  const { account, form } = visitor;
  return (
    <>
      <Header region={settings.region}>{account}</Header>
      <main data-state={form === null ? stage(state) : "signed-out"}>
        {form ?? <ModelBar {...props} />}
        {(form === null || state.image !== null) && (
          <>
            <Picture {...props} />
            <Results {...props} />
          </>
        )}
      </main>
    </>
  );
}

/** What is shown before there is anything to show. */
export function Blank({ region }: { readonly region: string }) {
  return (
    <>
      <Header region={region} />
      <main data-state="loading" />
    </>
  );
}

/** What is shown in place of an app that cannot begin. */
export function Broken({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <>
      <Header region="" />
      <main data-state="failed" class="alone">
        <div class="alert" role="alert">
          <h2>{title}</h2>
          {children}
        </div>
      </main>
    </>
  );
}

/** What is shown when the settings are missing or wrong. */
export function SettingsProblem({ sentence }: { readonly sentence: string }) {
  return (
    <Broken title="This app is not set up">
      <p>{sentence}</p>
      <p>
        The deployment writes the settings into <code>index.html</code>. Deploy with <code>pulumi up</code>,
        or start the local demo with <code>make demo</code>, and open the address that it prints.
      </p>
    </Broken>
  );
}

function Header({ region, children }: { readonly region: string; readonly children?: ComponentChildren }) {
  return (
    <header>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M8 13V8h5M19 8h5v5M24 19v5h-5M13 24H8v-5" />
        <circle cx="16" cy="16" r="3" />
      </svg>
      <h1>Custom Labels</h1>
      <span class="region">{region}</span>
      {children}
    </header>
  );
}
