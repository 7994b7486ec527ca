import type { Version } from "../core/catalog";
import { inDollars } from "../core/costs";
import { billOf } from "../core/leases";
import type { CostSettings } from "../core/settings";

/** What running models cost together, in words. */
export interface Total {
  /** Such as `$8.00`. */
  readonly anHour: string;
  /** Such as `$6.50`, or `at least $6.50` when not every start is noted; null when none is. */
  readonly soFar: string | null;
}

/** Add up what running models cost until `now`, in milliseconds since 1970. */
export function totalOf(running: readonly Version[], costs: CostSettings, now: number): Total {
  const bills = running.map(({ lease, inferenceUnits }) =>
    billOf(lease ?? { startedAt: null, stopAt: null }, inferenceUnits ?? 1, costs, now),
  );
  const known = bills.flatMap(({ cents }) => cents ?? []);
  const atLeast = known.length < bills.length ? "at least " : "";
  return {
    anHour: sum(bills.map(({ centsPerHour }) => centsPerHour)),
    soFar: known.length === 0 ? null : atLeast + sum(known),
  };
}

function sum(cents: readonly number[]): string {
  return inDollars(cents.reduce((total, each) => total + each, 0));
}
