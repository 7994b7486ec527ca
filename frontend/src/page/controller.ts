import { parseRoute, routeHref } from "../core/route";
import { findVersion, isRunning, type Project } from "../core/catalog";
import { type Action, awaitsDetection, INITIAL, reduce, selectedImage, type State } from "../core/state";
import type { Progress } from "../core/queue";
import type { PaintedLabel, PreparedImage, Problem } from "../messages";
import type { Runner } from "./many/runner";
import { JobError, type WorkerClient } from "./worker-client";

const NO_FILE: Problem = {
  sentence: "That was not a file; drop or choose an image file, such as a JPEG or PNG.",
  detail: null,
  retry: false,
};

const NOT_LOADED: Problem = {
  sentence: "This part of the app could not be loaded; check the connection and choose the image again.",
  detail: null,
  retry: false,
};

/** Holds the state, gives the worker its jobs, and tells the view of every change. */
export class Controller {
  private state: State = INITIAL;
  private drawing = false;
  private listJob = new AbortController();
  /** Works on the images; downloaded when there is one. */
  private runner: Runner | undefined;
  private lastId = 0;
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
    this.draw();
    if (action.type === "run" && action.run?.status === "done" && action.id === this.state.gallery.selected) {
      markPainted();
    }
    if (this.paused || !awaitsDetection(this.state)) return;
    void this.work((runner) => this.state.model !== null && runner.detect(this.state.model));
  }

  /** Give up what is under way, and begin nothing until `resume`. */
  pause(): void {
    this.paused = true;
    this.listJob.abort();
    this.runner?.halt();
    this.dispatch({ type: "paused" });
  }

  resume(): void {
    this.paused = false;
    this.runner?.resume();
    void this.refresh();
  }

  /** Forget the image, what was found, and the models. */
  reset(): void {
    this.runner?.clear();
    this.dispatch({ type: "reset" });
    // To pages that keep something of their own.
    dispatchEvent(new Event("app-reset"));
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
    const { model, gallery } = this.state;
    this.dispatch({ type: "choose-model", arn });
    // Of one image only the new model's answer is waited for.
    if (model !== null && model !== arn && gallery.images.length === 1) this.runner?.cancel(model);
  }

  async refresh(): Promise<void> {
    this.dispatch({ type: "listing" });
    try {
      await this.list(null, (project, of) => this.dispatch({ type: "listed", project, of }));
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      this.dispatch({ type: "failed", during: "list", problem: error.problem });
    }
  }

  /** List the models again without a word: all of them, or those of the projects with these ARNs. */
  async follow(arns: readonly string[] | null): Promise<void> {
    try {
      await this.list(arns, (project) => this.dispatch({ type: "followed", project }));
    } catch (error) {
      // Nobody has asked: what is shown is still what was known last, and the next time may do better.
      if (!(error instanceof JobError)) throw error;
    }
  }

  private async list(
    arns: readonly string[] | null,
    report: (project: Project, of: number) => void,
  ): Promise<void> {
    this.listJob.abort();
    this.listJob = new AbortController();
    const ask = { kind: "list", arns } as const;
    const names = await this.worker.run(this.listJob.signal, ask, ({ project, of }) => report(project, of));
    if (arns === null) this.dispatch({ type: "list-done", names });
  }

  /** Say whether a file is being dragged over the page. */
  drag(over: boolean): void {
    if (!this.paused) this.dispatch({ type: "dragging", over });
  }

  /**
   * Take images that were dropped, pasted or chosen: in the place of a single one, or to the others.
   *
   * @param files may be emptied by its owner as soon as this function first waits.
   */
  async choose(files: Iterable<File>): Promise<void> {
    if (this.paused) return;
    performance.mark("image-chosen");
    const images = [...files].map((file) => ({ id: ++this.lastId, file }));
    if (images.length === 0) {
      this.dispatch({ type: "failed", during: "choose", problem: NO_FILE });
      return;
    }
    if (this.state.gallery.images.length === 1) this.clear();
    this.dispatch({ type: "add", images });
    await this.bring(images.map(({ id }) => id));
  }

  /** Take the images of dropped folders, and of the folders in them. */
  async chooseEntries(entries: readonly FileSystemEntry[]): Promise<void> {
    try {
      const { imagesIn } = await import("./many/folders");
      await this.choose(await imagesIn(entries));
    } catch {
      this.dispatch({ type: "failed", during: "choose", problem: NOT_LOADED });
    }
  }

  /** Take out all images. */
  clear(): void {
    if (this.runner === undefined) this.dispatch({ type: "clear" });
    else this.runner.clear();
  }

  /** Do again what failed, without losing the image. */
  retry(): void {
    const image = selectedImage(this.state);
    if (this.state.problem?.during === "list") void this.refresh();
    else if (image !== undefined) void this.bring([image.id]);
  }

  /** Bring images through the chosen model, if it runs. */
  bring(ids: readonly number[]): Promise<void> {
    return this.work((runner) => {
      const { model, projects } = this.state;
      if (model !== null && isRunning(findVersion(projects, model))) runner.retry(ids, model);
      else runner.go();
    });
  }

  /** How far a model's queue has come; null when nothing was asked of the model. */
  progress(model: string): Progress | null {
    return this.runner?.progress(model) ?? null;
  }

  /** Have the images worked on. */
  async work(doing: (runner: Runner) => void): Promise<void> {
    try {
      this.runner ??= await this.load();
    } catch {
      this.dispatch({ type: "clear" });
      this.dispatch({ type: "failed", during: "choose", problem: NOT_LOADED });
      return;
    }
    doing(this.runner);
  }

  /** An image of the gallery as it is sent and shown. */
  async picture(id: number): Promise<PreparedImage> {
    this.runner ??= await this.load();
    return this.runner.picture(id);
  }

  /** Draw labels onto an image of the gallery, as a PNG. */
  async annotate(id: number, labels: readonly PaintedLabel[]): Promise<Blob> {
    const { blob } = await this.picture(id);
    return this.worker.run(new AbortController().signal, { kind: "annotate", image: blob, labels });
  }

  private async load(): Promise<Runner> {
    const { Runner } = await import("./many/runner");
    return (this.runner ??= new Runner(this.worker, {
      gallery: () => this.state.gallery,
      dispatch: (action) => this.dispatch(action),
    }));
  }
}

/** The boxes are in the document now; the frame after this one shows them. */
function markPainted(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("boxes-painted")));
}
