import { type Action, awaitsDetection, type During, INITIAL, reduce, type State } from "../core/state";
import type { Problem } from "../messages";
import { JobError, type WorkerClient } from "./worker-client";

const NO_FILE: Problem = {
  sentence: "That was not a file; drop or choose an image file, such as a JPEG or PNG.",
  detail: null,
  retry: false,
};

/** Holds the state, gives the worker its jobs, and tells the view of every change. */
export class Controller {
  private state: State = INITIAL;
  private drawing = false;
  private listJob = new AbortController();
  /** The one preparation or detection under way. */
  private imageJob = new AbortController();

  constructor(
    private readonly worker: WorkerClient,
    private readonly view: (state: State) => void,
  ) {}

  dispatch(action: Action): void {
    const before = this.state;
    this.state = reduce(before, action);
    if (this.state === before) return;
    if (before.image !== null && this.state.image !== before.image) URL.revokeObjectURL(before.image.url);
    if (before.job?.kind === "detecting" && this.state.model !== before.model) this.imageJob.abort();
    this.draw();
    if (action.type === "detected") markPainted();
    if (awaitsDetection(this.state)) void this.detect();
  }

  /** Draw once for all changes of a moment, never inside a drawing: removing a focused row blurs it. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.view(this.state);
    });
  }

  async refresh(): Promise<void> {
    this.listJob.abort();
    this.listJob = new AbortController();
    this.dispatch({ type: "listing" });
    await this.attempt("list", async () => {
      const names = await this.worker.run(this.listJob.signal, { kind: "list" }, ({ project, of }) =>
        this.dispatch({ type: "listed", project, of }),
      );
      this.dispatch({ type: "list-done", names });
    });
  }

  /** Take the first of the files that were dropped, pasted or chosen. */
  async chooseFile(files: FileList): Promise<void> {
    performance.mark("image-chosen");
    const signal = this.nextImageJob();
    // Copied now: the control empties its list as soon as this function first waits.
    const [file, ...others] = files;
    if (file === undefined) {
      this.dispatch({ type: "failed", during: "prepare", problem: NO_FILE });
      return;
    }
    this.dispatch({ type: "preparing", name: file.name });
    await this.attempt("prepare", async () => {
      const image = await this.worker.run(signal, { kind: "prepare", file });
      const note =
        others.length === 0 ? image.note : `${image.note}; the first of ${others.length + 1} files`;
      const url = URL.createObjectURL(image.blob);
      this.dispatch({ type: "prepared", image: { ...image, note, name: file.name, url } });
    });
  }

  /** Do again what failed, without losing the image. */
  retry(): void {
    if (this.state.problem?.during === "list") void this.refresh();
    if (this.state.problem?.during === "detect") void this.detect();
  }

  private async detect(): Promise<void> {
    const { image, model } = this.state;
    if (image === null || model === null) return;
    const signal = this.nextImageJob();
    this.dispatch({ type: "detecting" });
    await this.attempt("detect", async () => {
      const labels = await this.worker.run(signal, { kind: "detect", model, image: image.blob });
      this.dispatch({ type: "detected", labels });
    });
  }

  /** A new job on an image ends the one before it. */
  private nextImageJob(): AbortSignal {
    this.imageJob.abort();
    this.imageJob = new AbortController();
    return this.imageJob.signal;
  }

  private async attempt(during: During, job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      this.dispatch({ type: "failed", during, problem: error.problem });
    }
  }
}

/** The boxes are in the document now; the frame after this one shows them. */
function markPainted(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("boxes-painted")));
}
