import type { Project } from "./catalog";

/** A wait for the next list of the models. */
export interface Look {
  /** Milliseconds. */
  readonly pause: number;
  /** What the list said before it. */
  readonly seen: string;
}

export const NO_LOOK: Look = { pause: 0, seen: "" };

const CLOSE = 5_000;
const FIRST = 10_000;
const LONGEST = 60_000;

/** The next wait: short while a model is changing, else twice the one before for as long as nothing has changed. */
export function nextLook(before: Look, projects: readonly Project[], isChanging: boolean): Look {
  const seen = JSON.stringify(projects);
  if (isChanging) return { pause: CLOSE, seen };
  const isQuiet = seen === before.seen && before.pause >= FIRST;
  return { pause: isQuiet ? Math.min(2 * before.pause, LONGEST) : FIRST, seen };
}
