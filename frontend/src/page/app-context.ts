import type { ComponentChildren } from "preact";
import type { Version } from "../core/catalog";
import type { Role } from "../core/permissions";
import type { Route } from "../core/route";
import type { Settings } from "../core/settings";
import type { State } from "../core/state";
import type { Controller } from "./controller";

/** What every page is drawn from; a new one for each drawing. */
export interface AppContext {
  readonly settings: Settings;
  /** Null when the address names no page. */
  readonly route: Route | null;
  readonly state: State;
  readonly controller: Controller;
  readonly visitor: Visitor;
}

/** Who looks at the page, and what it has for them alone. */
export interface Visitor {
  readonly role: Role;
  /** Stands in the header. */
  readonly account: ComponentChildren;
  /** Takes the page's place while nobody is signed in. */
  readonly form: ComponentChildren;
  /** What the person may do with a model: controls to put beside it. */
  controls(version: Version | undefined): ComponentChildren;
  /** The control that lets a running model run longer. */
  longer(version: Version): ComponentChildren;
  /** What running models have cost so far, in dollars; null when that is not known. */
  soFar(running: readonly Version[]): string | null;
}

export const GUEST: Visitor = {
  role: "guest",
  account: null,
  form: null,
  controls: () => null,
  longer: () => null,
  soFar: () => null,
};

export interface PageProps {
  readonly app: AppContext;
}
