import type { Ask, FromWorker, JobKind, Jobs, Problem, ToWorker } from "../messages";
import { CustomLabels } from "./aws";
import { prepareImage, Refusal } from "./image";

let customLabels: CustomLabels | undefined;
const jobs = new Map<number, AbortController>();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "settings") customLabels = new CustomLabels(data.settings);
  else if (data.type === "abort") jobs.get(data.id)?.abort();
  else void work(data.id, data.ask);
};

async function work(id: number, ask: Ask): Promise<void> {
  const job = new AbortController();
  jobs.set(id, job);
  try {
    const answer = await perform(ask, job.signal, (progress) => post({ type: "progress", id, progress }));
    post({ type: "answer", id, answer });
  } catch (error) {
    // The page has forgotten an aborted job; telling it anything would be noise.
    if (!job.signal.aborted) post({ type: "problem", id, problem: describe(error, ask.kind) });
  } finally {
    jobs.delete(id);
  }
}

function perform(
  ask: Ask,
  signal: AbortSignal,
  report: (progress: Jobs["list"]["progress"]) => void,
): Promise<Jobs[JobKind]["answer"]> {
  if (ask.kind === "prepare") return prepareImage(signal, ask.file);
  if (customLabels === undefined) throw new Error("asked before the settings arrived");
  return ask.kind === "list"
    ? customLabels.list(signal, report)
    : customLabels.detect(signal, ask.model, ask.image);
}

function describe(error: unknown, kind: JobKind): Problem {
  if (error instanceof Refusal) return { sentence: error.message, detail: null, retry: false };
  if (kind !== "prepare" && customLabels !== undefined) return customLabels.explain(error, kind);
  return {
    sentence: "The image could not be prepared; choose it again or try another.",
    detail: String(error),
    retry: false,
  };
}

function post(message: FromWorker): void {
  self.postMessage(message);
}
