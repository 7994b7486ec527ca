import { allVersions, isCharged } from "../core/catalog";
import type { PageProps } from "./app-context";

/** Says on every page that models cost money now. */
export function Running({ app }: PageProps) {
  const charged = allVersions(app.state.projects).filter(isCharged);
  if (charged.length === 0) return null;
  const soFar = app.visitor.soFar(charged);
  return (
    <aside class="running" aria-label="Costs">
      {charged.length === 1 ? "A model runs and is" : `${charged.length} models run and are`} billed by the
      hour{soFar && `: ${soFar} so far`}. <a href="#/projects">Costs and ends</a>
    </aside>
  );
}
