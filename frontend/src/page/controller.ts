import type { Project } from "../core/catalog";
import { parseRoute, routeHref } from "../core/route";
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
  /** While nobody may call AWS: no job is begun. */
  private paused = false;

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
    if (!this.paused && awaitsDetection(this.state)) void this.detect();
  }

  /** Give up what is under way, and begin nothing until `resume`. */
  pause(): void {
    this.paused = true;
    this.listJob.abort();
    this.imageJob.abort();
    this.dispatch({ type: "paused" });
  }

  resume(): void {
    this.paused = false;
    void this.refresh();
  }

  /** Forget the image, what was found, and the models. */
  reset(): void {
    this.dispatch({ type: "reset" });
    this.arrive();
  }

  /** Draw once for all changes of a moment, never inside a drawing: removing a focused row blurs it. */
  draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.view(this.state);
    });
  }

  /** The address has changed: follow it. */
  arrive(): void {
    const route = parseRoute(location.hash);
    if (route?.page === "detect" && route.model !== null) this.dispatch({ type: "linked", arn: route.model });
    this.draw();
  }

  /** Take another model, and have the address name it. */
  chooseModel(arn: string): void {
    history.replaceState(null, "", routeHref({ page: "detect", model: arn }));
    this.dispatch({ type: "choose-model", arn });
  }

  async refresh(): Promise<void> {
    this.dispatch({ type: "listing" });
    await this.list((project, of) => this.dispatch({ type: "listed", project, of }));
  }

  /** List the models again without a word, to follow one that is changing. */
  async follow(): Promise<void> {
    await this.list((project) => this.dispatch({ type: "followed", project }));
  }

  private async list(report: (project: Project, of: number) => void): Promise<void> {
    this.listJob.abort();
    this.listJob = new AbortController();
    const { signal } = this.listJob;
    await this.attempt("list", async () => {
      const names = await this.worker.run(signal, { kind: "list" }, ({ project, of }) => report(project, of));
      this.dispatch({ type: "list-done", names });
    });
  }

  /** Say whether a file is being dragged over the page. */
  drag(over: boolean): void {
    if (!this.paused) this.dispatch({ type: "dragging", over });
  }

  /** Take the first of the files that were dropped, pasted or chosen. */
  async chooseFile(files: FileList): Promise<void> {
    if (this.paused) return;
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
