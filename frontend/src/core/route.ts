/** A page of the app, and what its address says about it. */
export type Route =
  | { readonly page: "detect"; readonly model: string | null }
  | { readonly page: "projects" }
  | { readonly page: "compare"; readonly a: string | null; readonly b: string | null }
  | { readonly page: "correct" }
  | { readonly page: "help" };

export type PageName = Route["page"];

/**
 * Read the part of an address behind "#".
 *
 * @param hash empty, or as `location.hash` has it.
 * @returns null when it names no page.
 */
export function parseRoute(hash: string): Route | null {
  const [path, query] = hash.replace(/^#\/?/, "").split("?", 2);
  const given = new URLSearchParams(query);
  switch (path) {
    case "":
    case "detect":
      return { page: "detect", model: given.get("model") };
    case "compare":
      return { page: path, a: given.get("a"), b: given.get("b") };
    case "projects":
    case "correct":
    case "help":
      return { page: path };
    default:
      return null;
  }
}

/** The address of a page, from "#" on. */
export function routeHref({ page, ...given }: Route | { readonly page: PageName }): string {
  const known = Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  // A model's ARN stays readable: of its signs only these two are encoded, and need not be in a fragment.
  const query = new URLSearchParams(known).toString().replaceAll("%3A", ":").replaceAll("%2F", "/");
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}
