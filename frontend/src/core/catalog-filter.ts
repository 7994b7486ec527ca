import { allVersions, type Project, statusWords } from "./catalog";

/** Which projects and models are shown. */
export interface Filter {
  /** Part of a project's or a model's name. */
  readonly text: string;
  /** Empty for any. */
  readonly status: string;
}

export const NO_FILTER: Filter = { text: "", status: "" };

/**
 * The projects with the models that match; a project whose name matches keeps all of its models.
 *
 * Projects that lose nothing stay the same objects.
 */
export function filtered(projects: readonly Project[], { text, status }: Filter): readonly Project[] {
  const part = text.trim().toLowerCase();
  const has = (name: string) => name.toLowerCase().includes(part);
  if (part === "" && status === "") return projects;
  return projects.flatMap((project) => {
    const isWhole = has(project.name);
    const versions = project.versions.filter(
      (version) => (isWhole || has(version.name)) && (status === "" || version.status === status),
    );
    if (versions.length === project.versions.length && (versions.length > 0 || (isWhole && status === ""))) {
      return [project];
    }
    return versions.length > 0 ? [{ ...project, versions }] : [];
  });
}

/** The statuses that models have, each with its words, in the order of the words. */
export function statusesOf(projects: readonly Project[]): readonly (readonly [string, string])[] {
  const statuses = new Set(allVersions(projects).map(({ status }) => status));
  return [...statuses]
    .map((status) => [status, statusWords(status)] as const)
    .sort(([, one], [, other]) => one.localeCompare(other));
}
