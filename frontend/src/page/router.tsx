import type { ComponentType } from "preact";
import type { PageName } from "../core/route";
import { stage } from "../core/state";
import type { PageProps } from "./app-context";
import { Lazy } from "./lazy";
import { ModelBar } from "./model-bar";
import { Picture } from "./picture";
import { Results } from "./results";

/** The pages that are downloaded when they are first opened. */
const LATER: Partial<Record<PageName, () => Promise<ComponentType<PageProps>>>> = {
  help: async () => (await import("./help/page")).Page,
};

const notFound = async () => (await import("./not-found")).Page;

/** The pages in the order of the navigation. */
export const PAGES: readonly (readonly [PageName, string])[] = [
  ["detect", "Detect"],
  ["help", "Help"],
];

/** The page that the address names. */
export function CurrentPage({ app }: PageProps) {
  const { route } = app;
  if (route?.page === "detect") return <Detect app={app} />;
  const load = (route && LATER[route.page]) ?? notFound;
  return (
    <main class="alone" tabIndex={-1}>
      <Lazy key={load} load={load} props={{ app }} waiting={<div class="skeleton" />} />
    </main>
  );
}

/** The page that opens first; while nobody is signed in, with the form for it. */
export function Detect({ app }: PageProps) {
  const { state, visitor } = app;
  const { form } = visitor;
  return (
    <main data-state={form === null ? stage(state) : "signed-out"} tabIndex={-1}>
      {form ?? <ModelBar {...app} />}
      {(form === null || state.image !== null) && (
        <>
          <Picture {...app} />
          <Results {...app} />
        </>
      )}
    </main>
  );
}
