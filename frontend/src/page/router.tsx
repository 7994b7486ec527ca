import type { ComponentType } from "preact";
import type { PageName } from "../core/route";
import type { PageProps } from "./app-context";
import { Detect } from "./detect/page";
import { Lazy } from "./lazy";

/** The pages that are downloaded when they are first opened. */
const LATER: Partial<Record<PageName, () => Promise<ComponentType<PageProps>>>> = {
  projects: async () => (await import("./projects/page")).Page,
  compare: async () => (await import("./compare/page")).Page,
  correct: async () => (await import("./correct/page")).Page,
  help: async () => (await import("./help/page")).Page,
};

const notFound = async () => (await import("./not-found")).Page;

/** The pages in the order of the navigation. */
export const PAGES: readonly (readonly [PageName, string])[] = [
  ["detect", "Detect"],
  ["projects", "Projects"],
  ["compare", "Compare"],
  ["correct", "Correct"],
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
