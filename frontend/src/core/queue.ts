/** Requests a second to begin with: about what one inference unit takes. */
const FIRST_RATE = 5;
const LEAST_RATE = 0.5;
/** Rekognition's limit for a whole account, unless it was raised. */
const MOST_RATE = 50;
/** What is left of the rate after a refusal, at most and at least. */
const CUT = 0.95;
const DEEPEST_CUT = 0.8;
/** Seconds for which a rate is kept after a refusal. */
const HOLD = 2;
/** Share by which the rate grows in a second, for each second since then: slowly near the limit, soon if it has gone. */
const GROWTH = 0.01;
/** Seconds of answers from which a limit is measured. */
const MEASURED = 2;
/** Milliseconds without any answer after which a model that keeps refusing is given up. */
const PATIENCE = 30_000;

/**
 * Finds the rate of requests that a model takes: less when it refuses, and after a while more again while it answers.
 *
 * It is the rate that is steered, not the number of requests under way: a quick model's limit can be lower than
 * what one request after the other comes to. All times are in milliseconds.
 */
export class ModelPace {
  private rate = FIRST_RATE;
  private nextStart = 0;
  private grownAt: number | null = null;
  private cutAt = -Infinity;
  /** Answers since the model was last measured, and when that was. */
  private served = 0;
  private servedSince: number | null = null;
  /** Requests a second that the model has been seen to serve between refusals. */
  private limit = 0;
  /** Since when the model has only refused; null while it answers. */
  private refusingSince: number | null = null;

  /** Book the next start, and say how many milliseconds after `now` it is. */
  delay(now: number): number {
    const start = Math.max(now, this.nextStart);
    this.nextStart = start + 1000 / this.rate;
    return start - now;
  }

  /** The model has answered, at `now`. */
  answered(now: number): void {
    this.refusingSince = null;
    this.served += 1;
    this.servedSince ??= now;
    const seconds = this.grownAt === null ? 0 : (now - this.grownAt) / 1000;
    this.grownAt = now;
    // Doubling each second until the limit has been met once, so that a model of many units is soon used in full.
    const isFree = this.cutAt === -Infinity;
    const growth = isFree ? 1 : GROWTH * Math.max(0, (now - this.cutAt) / 1000 - HOLD);
    this.rate = Math.min(MOST_RATE, this.rate * (1 + growth * seconds));
  }

  /**
   * The model has refused a request because of its limit.
   *
   * @param started when the request was made: refusals of what was under way at the last cut are not news.
   * @returns whether to ask again; no when nothing has been answered for long.
   */
  refused(started: number, now: number): boolean {
    this.refusingSince ??= now;
    this.grownAt = now;
    if (started > this.cutAt) {
      this.measure(now);
      const cut = Math.min(this.rate * CUT, Math.max(this.rate * DEEPEST_CUT, this.limit));
      this.rate = Math.max(LEAST_RATE, cut);
      this.cutAt = now;
    }
    return now - this.refusingSince < PATIENCE;
  }

  /** Between two refusals a model serves what it can: whatever it had in store is used up at both. */
  private measure(now: number): void {
    const seconds = (now - (this.servedSince ?? now)) / 1000;
    if (seconds < MEASURED) return;
    this.limit = this.served / seconds;
    this.served = 0;
    this.servedSince = now;
  }
}

/** Over how many milliseconds the throughput is measured. */
const WINDOW = 10_000;

export interface Progress {
  readonly finished: number;
  readonly failed: number;
  readonly of: number;
  /** Images a second, of late; null while too little is known. */
  readonly perSecond: number | null;
  /** Seconds; null while they are not known. */
  readonly left: number | null;
}

/**
 * Say how far a queue has come.
 *
 * @param times when images were finished of late, in milliseconds.
 * @param started when the queue began, or went on after a pause.
 */
export function progressOf(
  times: readonly number[],
  { started, now, ...counts }: { finished: number; failed: number; of: number; started: number; now: number },
): Progress {
  const from = Math.max(started, now - WINDOW);
  const recent = times.filter((time) => time > from).length;
  // A second of measuring at least; before it any figure would be chance.
  const perSecond = now - from < 1000 || recent === 0 ? null : (recent * 1000) / (now - from);
  const left = perSecond === null ? null : (counts.of - counts.finished) / perSecond;
  return { ...counts, perSecond, left };
}

/** How far a queue has come, in one line. */
export function progressWords({ finished, failed, of, perSecond, left }: Progress): string {
  const words = [`${finished} of ${of} images`];
  if (failed > 0) words.push(`${failed} failed`);
  if (finished < of && perSecond !== null) words.push(`${perSecond.toFixed(1)} a second`);
  if (finished < of && left !== null) words.push(`${durationWords(left)} left`);
  return words.join(" · ");
}

function durationWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
