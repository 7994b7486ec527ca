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
}

/** The whole page, drawn from the state. */
export function App(props: ViewProps) {
  return (
    <>
      <Header region={props.settings.region} />
      <main data-state={stage(props.state)}>
        <ModelBar {...props} />
        <Picture {...props} />
        <Results {...props} />
      </main>
    </>
  );
}

/** What is shown in place of the app when its settings are missing or wrong. */
export function SettingsProblem({ sentence }: { readonly sentence: string }) {
  return (
    <>
      <Header region="" />
      <main data-state="failed" class="alone">
        <div class="alert" role="alert">
          <h2>This app is not set up</h2>
          <p>{sentence}</p>
          <p>
            The deployment writes the settings into <code>index.html</code>. Deploy with{" "}
            <code>pulumi up</code>, or start the local demo with <code>make demo</code>, and open the address
            that it prints.
          </p>
        </div>
      </main>
    </>
  );
}

function Header({ region }: { readonly region: string }) {
  return (
    <header>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M8 13V8h5M19 8h5v5M24 19v5h-5M13 24H8v-5" />
        <circle cx="16" cy="16" r="3" />
      </svg>
      <h1>Custom Labels</h1>
      <span class="region">{region}</span>
    </header>
  );
}
