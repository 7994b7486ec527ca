import type { ComponentType } from "preact";
import type { PageName } from "../core/route";
import type { PageProps } from "./app-context";
import { Detect } from "./detect/page";
import { Lazy } from "./lazy";

interface PageModule {
  readonly Page: ComponentType<PageProps>;
}

/** The pages that are downloaded when they are first opened. */
const LATER: Partial<Record<PageName, () => Promise<PageModule>>> = {
  projects: () => import("./projects/page"),
  compare: () => import("./compare/page"),
  correct: () => import("./correct/page"),
  help: () => import("./help/page"),
};

const notFound = () => import("./not-found");

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
  const download = (route && LATER[route.page]) ?? notFound;
  const load = async (): Promise<ComponentType<PageProps>> => (await download()).Page;
  return (
    <main class="alone" tabIndex={-1}>
      <Lazy key={download} load={load} props={{ app }} waiting={<div class="skeleton" />} />
    </main>
  );
}
