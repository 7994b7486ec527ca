import type { CostSettings } from "./settings";

/** A start's inference units that this app offers; more is for those who know what they do, in the console. */
export const INFERENCE_UNITS = [1, 2, 3, 4, 5] as const;

/** For how long a model may be started, in minutes. */
export const RUN_MINUTES = [30, 60, 120, 240, 480, 720] as const;
export const USUAL_RUN_MINUTES = 120;

/** Whole minutes from one moment to another, both in milliseconds; 0 when the other is earlier. */
export function minutesBetween(start: number, end: number): number {
  return Math.max(0, Math.floor((end - start) / 60_000));
}

/**
 * What inference units cost in so many minutes, in cents, halves rounded up.
 *
 * The command line and the cost guard have the same rule: `tests/custom_labels/costs.json` is its table of cases.
 */
export function costCents(minutes: number, units: number, { inferenceUnitHourUsd }: CostSettings): number {
  // In whole millionths of a dollar, as sums of binary fractions are not exact.
  const price = BigInt(Math.round(inferenceUnitHourUsd * 1e6));
  const divisor = 60n * 10_000n;
  return Number((2n * BigInt(minutes) * BigInt(units) * price + divisor) / (2n * divisor));
}

/** An amount as people write it, such as `$1,234.50`. */
export function inDollars(cents: number): string {
  return (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
}

/** A length of time as people write it, such as `2 h 05 min` or `7 min`. */
export function inHours(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${String(rest).padStart(2, "0")} min`;
}
