import type { ComponentChildren, ComponentType } from "preact";
import { type PageName, routeHref } from "../core/route";
import type { PageProps } from "./app-context";
import { Lazy } from "./lazy";
import { Detect } from "./detect/page";
import { CurrentPage, PAGES } from "./router";
import { Running } from "./running";

/** The whole page, drawn from the state. */
export function App({ app }: PageProps) {
  const { settings, visitor, route } = app;
  const signedOut = visitor.form !== null;
  return (
    <>
      <Header region={settings.region} nav={!signedOut && <Navigation current={route?.page} />}>
        {visitor.account}
      </Header>
      {signedOut ? <Detect app={app} /> : <CurrentPage app={app} />}
      {!signedOut && <Running app={app} />}
    </>
  );
}

function Navigation({ current }: { readonly current: PageName | undefined }) {
  return (
    <nav aria-label="Pages">
      {PAGES.map(([page, title]) => (
        <a key={page} href={routeHref({ page })} aria-current={page === current ? "page" : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

interface AloneProps {
  readonly region: string;
  readonly state: "loading" | "failed";
  /** What takes the place of the app, or begins it. */
  readonly load: () => Promise<ComponentType>;
}

/** What is shown where there is no app, or none yet. */
export function Alone({ region, state, load }: AloneProps) {
  return (
    <>
      <Header region={region} />
      <main data-state={state} class="alone">
        <Lazy load={load} props={{}} waiting={null} />
      </main>
    </>
  );
}

interface HeaderProps {
  readonly region: string;
  readonly nav?: ComponentChildren;
  readonly children?: ComponentChildren;
}

function Header({ region, nav, children }: HeaderProps) {
  return (
    <header>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path d="M8 13V8h5M19 8h5v5M24 19v5h-5M13 24H8v-5" />
        <circle cx="16" cy="16" r="3" />
      </svg>
      <h1>Custom Labels</h1>
      {nav}
      <span class="region">{region}</span>
      {children}
    </header>
  );
}
