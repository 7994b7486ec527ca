/** What a running model costs, an estimate: AWS's price list for the region decides. */
export const USD_PER_UNIT_HOUR = 4;

/** A start's inference units that this app offers; more is for those who know what they do, in the console. */
export const INFERENCE_UNITS = [1, 2, 3, 4, 5] as const;

/** The price of running with so many inference units, spelled out. */
export function priceWords(inferenceUnits: number): string {
  const hour = inferenceUnits * USD_PER_UNIT_HOUR;
  return `about ${hour.toFixed(2)} USD an hour, ${hour * 24} USD a day`;
}
