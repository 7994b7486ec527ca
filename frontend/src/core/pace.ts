/** Spreads requests: at most `count` of them start in any `span` milliseconds. */
export class Pace {
  private readonly starts: number[] = [];

  constructor(
    private readonly count: number,
    private readonly span: number,
  ) {}

  /** Book the next start, and say how many milliseconds after `now` it is. */
  delay(now: number): number {
    const start = this.starts.length < this.count ? now : Math.max(now, (this.starts[0] ?? 0) + this.span);
    this.starts.push(start);
    if (this.starts.length > this.count) this.starts.shift();
    return start - now;
  }
}
