import type { Settings } from "../core/settings";
import type {
  Ask,
  AskFor,
  FromMemberWorker,
  FromWorker,
  JobKind,
  Jobs,
  Problem,
  ToWorker,
} from "../messages";

/** A job that the worker could not do. */
export class JobError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.sentence);
  }
}

interface Pending {
  readonly report: (progress: never) => void;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: JobError) => void;
}

const BROKEN: Problem = {
  sentence: "The app's background worker stopped; reload the page to start it again.",
  detail: null,
  retry: false,
};

/** Gives jobs to the one worker that holds the AWS client and the image work. */
export class WorkerClient {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private broken = false;
  private readonly trustedUrl: string;

  /**
   * The worker itself starts with the first job, so that it does not delay the first paint.
   *
   * @param url of the worker's script; a page has one.
   * @param hear is told what the worker says without being asked.
   */
  constructor(
    private readonly settings: Settings,
    url: string,
    private readonly hear: (message: FromMemberWorker) => void = () => {},
  ) {
    this.trustedUrl = trusted(url);
  }

  /** End the worker, and with it all that it knows. Its jobs never settle; the next one starts a new worker. */
  end(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.pending.clear();
  }

  /**
   * Have the worker do a job.
   *
   * @param signal ends the job; its promise then never settles, so that a late answer cannot win.
   * @throws JobError when the job fails.
   */
  run<Kind extends JobKind>(
    signal: AbortSignal,
    ask: AskFor<Kind>,
    report: (progress: Jobs[Kind]["progress"]) => void = () => {},
  ): Promise<Jobs[Kind]["answer"]> {
    if (this.broken) return Promise.reject(new JobError(BROKEN));
    const id = ++this.lastId;
    signal.addEventListener("abort", () => {
      if (this.pending.delete(id)) this.post({ type: "abort", id });
    });
    return new Promise((resolve, reject) => {
      this.pending.set(id, { report, resolve, reject });
      // One job of the union, which the compiler loses sight of while its kind is open.
      this.post({ type: "ask", id, ask: ask as unknown as Ask });
    });
  }

  private receive(message: FromWorker): void {
    if (!("id" in message)) return this.hear(message);
    const job = this.pending.get(message.id);
    if (job === undefined) return;
    // The id ties a message to its job, which the compiler cannot see.
    if (message.type === "progress") return job.report(message.progress as never);
    this.pending.delete(message.id);
    if (message.type === "answer") job.resolve(message.answer as never);
    else job.reject(new JobError(message.problem));
  }

  /** Start the worker before its first job. */
  begin(): Worker {
    return (this.worker ??= this.start());
  }

  private post(message: ToWorker): void {
    this.begin().postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(this.trustedUrl, { type: "module", name: "custom-labels" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(data);
    worker.onerror = () => {
      this.broken = true;
      for (const { reject } of this.pending.values()) reject(new JobError(BROKEN));
      this.pending.clear();
    };
    worker.postMessage({ type: "settings", settings: this.settings } satisfies ToWorker);
    return worker;
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** The worker's address, trusted: under Trusted Types no other string may become a script. */
function trusted(workerUrl: string): string {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return workerUrl;
  // Whatever it is asked for, it makes nothing but the app's worker.
  const policy = trustedTypes.createPolicy("app-worker", { createScriptURL: () => workerUrl });
  return policy.createScriptURL(workerUrl);
}
