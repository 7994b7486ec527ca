import type { Settings } from "../core/settings";
import type { Ask, FromWorker, JobKind, Jobs, Problem, ToWorker } from "../messages";

export type Report = (progress: Jobs["list"]["progress"]) => void;

/** Does jobs of some kinds, and explains those that failed. */
export interface Service<Kind extends JobKind> {
  perform(ask: Ask<Kind>, signal: AbortSignal, report: Report): Promise<Jobs[Kind]["answer"]>;
  describe(error: unknown, kind: Kind): Problem;
}

/** Do the page's jobs with a service that begins when the settings arrive. */
export function serve<Kind extends JobKind>(begin: (settings: Settings) => Service<Kind>): void {
  let service: Service<Kind> | undefined;
  const jobs = new Map<number, AbortController>();

  self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === "settings") service = begin(data.settings);
    else if (data.type === "abort") jobs.get(data.id)?.abort();
    // A page asks its worker only for what that worker is for.
    else void work(data.id, data.ask as Ask<Kind>);
  };

  async function work(id: number, ask: Ask<Kind>): Promise<void> {
    if (service === undefined) throw new Error("asked before the settings arrived");
    const job = new AbortController();
    jobs.set(id, job);
    try {
      const report: Report = (progress) => post({ type: "progress", id, progress });
      post({ type: "answer", id, answer: await service.perform(ask, job.signal, report) });
    } catch (error) {
      // The page has forgotten an aborted job; telling it anything would be noise.
      if (!job.signal.aborted) post({ type: "problem", id, problem: service.describe(error, ask.kind) });
    } finally {
      jobs.delete(id);
    }
  }
}

export function post(message: FromWorker): void {
  self.postMessage(message);
}
