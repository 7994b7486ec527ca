import { Component, type ComponentChildren } from "preact";
import { allVersions, isCharged, type Project } from "../../core/catalog";
import { type Filter, filtered, NO_FILTER, statusesOf } from "../../core/catalog-filter";
import { costCents, inDollars } from "../../core/costs";
import type { AppContext, PageProps } from "../app-context";
import { ProblemAlert } from "../problem";
import { totalOf } from "../total";
import { ProjectCard } from "./project";
import "./projects.css";

/** Costs are told in whole minutes; so often they are worked out anew. */
const TICK = 15_000;

interface PageState {
  readonly filter: Filter;
  readonly now: number;
}

/** All projects with their models: what they are, what they cost, and what may be done with them. */
export class Page extends Component<PageProps, PageState> {
  override state: PageState = { filter: NO_FILTER, now: Date.now() };
  private ticking: ReturnType<typeof setInterval> | undefined;

  override componentDidMount(): void {
    this.ticking = setInterval(() => this.setState({ now: Date.now() }), TICK);
  }

  override componentWillUnmount(): void {
    clearInterval(this.ticking);
  }

  private readonly change = (change: Partial<Filter>): void =>
    this.setState(({ filter }) => ({ filter: { ...filter, ...change } }));

  override render({ app }: PageProps, { filter, now }: PageState) {
    const { projects, listing, problem } = app.state;
    const shown = filtered(projects, filter);
    return (
      <div class="projects">
        <h2>Projects</h2>
        <div class="filter">
          <div class="field">
            <label for="search">Search</label>
            <input
              id="search"
              type="search"
              placeholder="Project or model"
              value={filter.text}
              onInput={({ currentTarget }) => this.change({ text: currentTarget.value })}
            />
          </div>
          <div class="field">
            <label for="filter-status">Status</label>
            <select
              id="filter-status"
              value={filter.status}
              onChange={({ currentTarget }) => this.change({ status: currentTarget.value })}
            >
              <option value="">Any</option>
              {statusesOf(projects).map(([status, words]) => (
                <option key={status} value={status}>
                  {words}
                </option>
              ))}
            </select>
          </div>
          <button type="button" onClick={() => void app.controller.refresh()}>
            Refresh
          </button>
        </div>
        <p id="status" class="status" role="status" tabIndex={-1}>
          {summary(app, shown)}
        </p>
        {problem?.during === "list" ? <ProblemAlert problem={problem} /> : <Costs app={app} now={now} />}
        {shown.map((project) => (
          <ProjectCard key={project.name} project={project} app={app} now={now} />
        ))}
        {/* Another one after each project, so that nothing that is in sight moves. */}
        {typeof listing === "object" && <div key={shown.length} class="card skeleton" />}
        {listing === "done" && shown.length === 0 && <Nothing app={app} />}
      </div>
    );
  }
}

function summary({ state }: AppContext, shown: readonly Project[]): string {
  const { listing, projects } = state;
  if (listing === "failed") return "The models could not be listed";
  if (typeof listing === "object") {
    return listing.of === null ? "Loading projects…" : `Loading projects… ${listing.listed} of ${listing.of}`;
  }
  const count = (of: readonly Project[]) => allVersions(of).length;
  const [all, some] = [count(projects), count(shown)];
  const models = some === all ? plural(all, "model") : `${some} of ${plural(all, "model")}`;
  return `${models} in ${plural(shown.length, "project")}`;
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** What all running models cost together; in its place from the first paint, so that nothing moves. */
function Costs({ app, now }: PageProps & { readonly now: number }) {
  return <p class="notice costs">{costWords(app, now)}</p>;
}

function costWords({ state, settings }: AppContext, now: number): ComponentChildren {
  const { costs } = settings;
  const running = allVersions(state.projects).filter(isCharged);
  if (running.length === 0) {
    return state.listing === "done"
      ? "No model is running: none costs anything now."
      : "Looking for models that are running, and so cost money…";
  }
  const { anHour, soFar } = totalOf(running, costs, now);
  return (
    <>
      {running.length === 1 ? "1 model costs" : `${running.length} models cost`} about{" "}
      <strong>{anHour} an hour</strong>
      {soFar && `, and so far ${soFar}`}. An estimate, at {inDollars(costCents(60, 1, costs))} for an hour of
      an inference unit; AWS’s bill decides.
    </>
  );
}

/** Why no project is shown. */
function Nothing({ app }: PageProps) {
  const { settings, state } = app;
  return (
    <div class="explanation">
      {state.projects.length > 0 ? (
        <p>No project or model matches; change what you search for.</p>
      ) : (
        <>
          <h3>No projects yet</h3>
          <p>
            This app finds no Custom Labels project in {settings.region}. Custom Labels keeps projects by
            region: if yours are in another one, deploy the app there. To begin, see <a href="#/help">Help</a>
            .
          </p>
        </>
      )}
    </div>
  );
}
