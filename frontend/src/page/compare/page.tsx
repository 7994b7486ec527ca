import "./compare.css";
import { useEffect } from "preact/hooks";
import { findVersion, isRunning, projectName, type Version, versionName } from "../../core/catalog";
import { type Summary, summarize } from "../../core/compare";
import { routeHref } from "../../core/route";
import type { AppContext, PageProps } from "../app-context";
import { ProblemAlert } from "../problem";
import { Comparison, matchesOf } from "./comparison";
import { ModelSelect } from "./model-select";

/** The same images through two models, with the differences marked. */
export function Page({ app }: PageProps) {
  const { state, controller } = app;
  const { gallery, projects } = state;
  const [a, b] = chosen(app);
  const distinct = a !== null && b !== null && a !== b;
  const running = distinct ? [a, b].filter((arn) => isRunning(findVersion(projects, arn))) : [];
  // Both are to answer for every image that is there.
  useEffect(() => {
    for (const arn of running) void controller.work((runner) => runner.detect(arn));
  }, [running.join(" "), gallery.images.length]);
  const compared = gallery.images.flatMap((image) => {
    const matches = distinct ? matchesOf(image, a, b, gallery.threshold) : null;
    return matches === null ? [] : [matches];
  });
  const summary = summarize(compared);
  const choose = (given: { readonly a?: string; readonly b?: string }): void => {
    history.replaceState(null, "", routeHref({ page: "compare", a, b, ...given }));
    controller.arrive();
  };
  return (
    <div class="compare">
      <h2>Compare</h2>
      <p class="muted">
        Two models answer for the same images, those of the page Detect: what both of them found, what only
        one did, and how sure each is.
      </p>
      <div class="sides">
        <ModelSelect app={app} side="A" arn={a} onChoose={(arn) => choose({ a: arn })} />
        <ModelSelect app={app} side="B" arn={b} onChoose={(arn) => choose({ b: arn })} />
      </div>
      <p id="status" class="status" role="status" tabIndex={-1}>
        {statusText(app, distinct, running.length, summary)}
      </p>
      {state.problem?.during === "list" && (
        <ProblemAlert problem={state.problem} onRetry={() => void controller.refresh()} />
      )}
      <Hint app={app} a={a} b={b} />
      {distinct && gallery.images.length > 0 && (
        <Comparison app={app} a={a} b={b} titles={[title(a), title(b)]} summary={summary} />
      )}
    </div>
  );
}

/** The models that the address names; else the one that is chosen, and another one that runs. */
function chosen({ route, state }: AppContext): readonly [a: string | null, b: string | null] {
  const given = route?.page === "compare" ? route : { a: null, b: null };
  const running = state.projects.flatMap(({ versions }) => versions).filter(isRunning);
  const other = (than: string | null) => running.find(({ arn }) => arn !== than)?.arn ?? null;
  const a = given.a ?? state.model ?? other(given.b);
  return [a, given.b ?? other(a)];
}

function title(arn: string): string {
  return `${projectName(arn)} ${versionName(arn)}`;
}

function statusText({ state }: AppContext, distinct: boolean, running: number, { images }: Summary): string {
  const of = state.gallery.images.length;
  if (typeof state.listing === "object") return "Loading models…";
  if (state.listing === "failed") return "The models could not be listed";
  if (!distinct) return "Choose two models";
  if (of === 0) return "No images to compare yet";
  const done = `${images} of ${of} ${of === 1 ? "image" : "images"} compared`;
  return images < of && running === 2 ? `${done}…` : done;
}

/** What is missing for a comparison, and what to do about it. */
function Hint({
  app,
  a,
  b,
}: {
  readonly app: AppContext;
  readonly a: string | null;
  readonly b: string | null;
}) {
  const { state } = app;
  const { projects, gallery } = state;
  if (state.listing !== "done") return null;
  const models = <a href={routeHref({ page: "projects" })}>Projects</a>;
  if (a !== null && a === b) {
    return (
      <p class="explanation">
        A model agrees with itself in everything; choose another one for one of the sides.
      </p>
    );
  }
  const versions: (Version | undefined)[] = [findVersion(projects, a), findVersion(projects, b)];
  if (!versions.every(isRunning)) {
    const known = projects.flatMap((project) => project.versions).length;
    return (
      <div class="explanation">
        <h2>Two running models are needed</h2>
        <p>
          {known < 2
            ? `This app sees ${known === 0 ? "no model" : "one model only"}; train another version of your project, for one. `
            : "A model that is not running can be started on the page "}
          {known >= 2 && <>{models}. Each is billed by the hour until it is stopped.</>}
        </p>
      </div>
    );
  }
  if (gallery.images.length > 0) return null;
  return (
    <div class="explanation">
      <h2>No images yet</h2>
      <p>
        Drop images here, paste one, or choose some on the page{" "}
        <a href={routeHref({ page: "detect" })}>Detect</a>; both models then answer for each of them.
      </p>
    </div>
  );
}
