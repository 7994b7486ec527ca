import { parseRoute, routeHref } from "../core/route";
import type { Project } from "../core/catalog";
import { type Action, INITIAL, reduce, type State } from "../core/state";
import type { Problem } from "../messages";
import type { Runner } from "./many/runner";
import { JobError, type WorkerClient } from "./worker-client";

const NOT_LOADED: Problem = {
  sentence: "This part of the app could not be loaded; check the connection and choose the image again.",
  detail: null,
  retry: false,
};

/** Holds the state, gives the worker its jobs, and tells the view of every change. */
export class Controller {
  private state: State = INITIAL;
  private reduce = reduce;
  private drawing = false;
  private listJob = new AbortController();
  /** Works on the images; there is one as soon as there is an image. */
  runner: Runner | undefined;
  /** While nobody may call AWS: no job is begun. */
  private paused = false;

  constructor(
    private readonly worker: WorkerClient,
    private readonly view: (state: State) => void,
  ) {}

  dispatch(action: Action): void {
    const before = this.state;
    this.state = this.reduce(before, action);
    if (this.state === before) return;
    this.draw();
    if (!this.paused) this.runner?.look();
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

  /** Take images that were dropped, pasted or chosen. */
  choose(files: Iterable<File>): void {
    if (this.paused) return;
    performance.mark("image-chosen");
    // Copied now: a control empties its list as soon as its handler returns.
    const chosen = [...files];
    this.dispatch({ type: "choosing" });
    void this.work((runner) => runner.choose(chosen));
  }

  /** Do again what failed, without losing the image. */
  retry(): void {
    const { problem, gallery } = this.state;
    if (problem?.during === "list") void this.refresh();
    else void this.work((runner) => runner.bring(gallery.images.filter(({ id }) => id === gallery.selected)));
  }

  /** Have the images worked on, by what is downloaded with the first of them. */
  async work(doing: (runner: Runner) => void): Promise<void> {
    if (this.paused) return;
    try {
      const { Runner, reduceWithImages } = await import("./many/runner");
      this.reduce = reduceWithImages;
      this.runner ??= new Runner(this.worker, {
        state: () => this.state,
        dispatch: (action) => this.dispatch(action),
      });
    } catch {
      this.dispatch({ type: "failed", during: "choose", problem: NOT_LOADED });
      return;
    }
    doing(this.runner);
  }
}
