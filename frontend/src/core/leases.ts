import { costCents, minutesBetween } from "./costs";
import type { CostSettings } from "./settings";

/** Tags of a running model, which the command line and the cost guard read and write, too. */
export const STARTED_AT = "started-at";
export const STOP_AT = "stop-at";

/** From when until when a model runs, in milliseconds since 1970; null is what its tags do not say. */
export interface Lease {
  readonly startedAt: number | null;
  readonly stopAt: number | null;
}

/**
 * Read the lease from a model's tags; what is not UTC ISO 8601 with seconds and Z says nothing.
 *
 * @param clockOffset milliseconds that AWS's clock is ahead: the lease is by this device's.
 */
export function readLease(tags: unknown, clockOffset = 0): Lease {
  const moment = (key: string): number | null => {
    const text = typeof tags === "object" && tags !== null ? (tags as Record<string, unknown>)[key] : null;
    if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return null;
    const parsed = Date.parse(text);
    // The 30th of February would otherwise be the 2nd of March.
    return Number.isNaN(parsed) || inUtc(parsed) !== text ? null : parsed - clockOffset;
  };
  return { startedAt: moment(STARTED_AT), stopAt: moment(STOP_AT) };
}

/** A moment in milliseconds since 1970 as a tag has it, such as `2026-11-22T18:05:00Z`. */
export function inUtc(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}

/** The tags of a lease of so many minutes. */
export function leaseTags(start: number, minutes: number): Record<string, string> {
  return { [STARTED_AT]: inUtc(start), [STOP_AT]: inUtc(start + minutes * 60_000) };
}

/** When a lease ends that is made an hour longer, from now on if it has run out. */
export function anHourMore({ stopAt }: Lease, now: number): number {
  return Math.max(stopAt ?? now, now) + 3_600_000;
}

/** What a running model has cost so far, and when it stops. */
export interface Bill {
  /** Null when no tag says since when it runs. */
  readonly minutes: number | null;
  readonly cents: number | null;
  readonly centsPerHour: number;
  /** When the cost guard stops it at the latest, and by which rule; null when nothing says so. */
  readonly end: { readonly at: number; readonly why: "lease" | "longest" } | null;
}

/** Work out what a model with so many inference units costs. */
export function billOf(lease: Lease, units: number, costs: CostSettings, now: number): Bill {
  const { startedAt, stopAt } = lease;
  const minutes = startedAt === null ? null : minutesBetween(startedAt, now);
  const longest = startedAt === null ? null : startedAt + costs.maxRunHours * 3_600_000;
  const isLease = stopAt !== null && (longest === null || stopAt <= longest);
  return {
    minutes,
    cents: minutes === null ? null : costCents(minutes, units, costs),
    centsPerHour: costCents(60, units, costs),
    end: isLease ? { at: stopAt, why: "lease" } : longest === null ? null : { at: longest, why: "longest" },
  };
}
