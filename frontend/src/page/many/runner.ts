import { awaitsDetection } from "../../core/awaits";
import { findVersion, isRunning } from "../../core/catalog";
import { findImage, type Gallery, labelsOf, type Run } from "../../core/gallery";
import { reduceWithImages, statusOf } from "../../core/gallery-changes";
import { ModelPace, type Progress, progressOf } from "../../core/queue";
import type { Action, State } from "../../core/state";
import type { PaintedLabel, PreparedImage, Problem } from "../../messages";
import { JobError, type WorkerClient } from "../worker-client";
import { imagesIn } from "./folders";

export { reduceWithImages };

/** Requests under way at once; a browser opens no more connections to one host. */
const MOST_REQUESTS = 6;
/** Prepared images that are kept: those about to be sent and the one in sight. Others are prepared again. */
const MOST_KEPT = 8;
/** Tries of what failed on the service's side or the network's, and milliseconds before the second. */
const MOST_TRIES = 3;
const FIRST_WAIT = 400;

const NO_FILE: Problem = {
  sentence: "That was not a file; drop or choose an image file, such as a JPEG or PNG.",
  detail: null,
  retry: false,
};

/** Where a runner finds and keeps the images. */
export interface StateHolder {
  state(): State;
  dispatch(action: Action): void;
}

/** What the images do not say about a model's queue. */
interface Course {
  readonly pace: ModelPace;
  /** When images were finished, in milliseconds since 1970, since the queue was last empty. */
  times: number[];
  /** When the queue began, or went on after a pause. */
  started: number;
}

/** Brings images through preparation and detection; what the gallery says of each image is the queue. */
export class Runner {
  private readonly courses = new Map<string, Course>();
  /** Image and model of each detection under way. */
  private readonly flights = new Set<string>();
  /** Ends the detections under way. */
  private detecting = new AbortController();
  private preparing = new AbortController();
  /** By image; the most recently used last. */
  private readonly kept = new Map<number, PreparedImage>();
  private readonly preparations = new Map<number, Promise<PreparedImage>>();
  private lastPreparation: Promise<unknown> = Promise.resolve();
  private lastId = 0;

  constructor(
    private readonly worker: WorkerClient,
    private readonly holder: StateHolder,
  ) {}

  private get gallery(): Gallery {
    return this.holder.state().gallery;
  }

  /** Take files in the place of a single image, or to the others. */
  choose(files: readonly File[]): void {
    if (files.length === 0) {
      this.holder.dispatch({ type: "failed", during: "choose", problem: NO_FILE });
      return;
    }
    if (this.gallery.images.length === 1) this.clear();
    const images = files.map((file) => ({ id: ++this.lastId, file }));
    this.holder.dispatch({ type: "add", images });
    this.bring(images);
  }

  /** Take the images of dropped folders, and of the folders in them. */
  async chooseEntries(entries: readonly FileSystemEntry[]): Promise<void> {
    this.choose(await imagesIn(entries));
  }

  /** Bring images through the chosen model, if it runs; through the preparation in any case. */
  bring(images: readonly { readonly id: number }[]): void {
    const { model, projects } = this.holder.state();
    const ids = images.map(({ id }) => id);
    if (model !== null && isRunning(findVersion(projects, model))) this.retry(ids, model);
    else this.go();
  }

  /** The state has changed: begin what it calls for. */
  look(): void {
    const state = this.holder.state();
    if (state.model !== null && awaitsDetection(state)) this.detect(state.model);
  }

  /** Take out all images, and end all work on them. */
  clear(): void {
    this.halt();
    for (const { preparation } of this.gallery.images) {
      if (preparation.status === "ready") URL.revokeObjectURL(preparation.thumbnail);
    }
    this.kept.clear();
    this.courses.clear();
    this.holder.dispatch({ type: "clear" });
    this.hold(false);
  }

  /** Detect with a model in every image that it has not answered yet; what failed is tried again. */
  detect(model: string): void {
    const { images } = this.gallery;
    const open = images.filter((image) => labelsOf(image, model) === null);
    this.retry(
      open.map(({ id }) => id),
      model,
    );
  }

  /** Bring images through a model, again if that failed. */
  retry(ids: readonly number[], model: string): void {
    const course = this.courses.get(model) ?? { pace: new ModelPace(), times: [], started: 0 };
    this.courses.set(model, course);
    if (!this.isUnderWay(model)) {
      course.times = [];
      course.started = Date.now();
    }
    for (const id of ids) {
      if (findImage(this.gallery, id)?.preparation.status === "failed") {
        this.holder.dispatch({ type: "preparation", id, preparation: { status: "queued" } });
      }
      if (this.flights.has(key(id, model))) continue;
      this.holder.dispatch({ type: "run", id, model, run: { status: "queued" } });
    }
    this.go();
  }

  /** Whether some image still waits for a model's answer. */
  isUnderWay(model: string): boolean {
    return this.gallery.images.some(({ runs }) => {
      const status = runs.get(model)?.status;
      return status === "queued" || status === "detecting";
    });
  }

  /** Put the detections under way back into the queue, and begin nothing more. */
  pause(): void {
    this.hold(true);
    this.detecting.abort();
    this.detecting = new AbortController();
    this.flights.clear();
    for (const { id, runs } of this.gallery.images) {
      for (const [model, { status }] of runs) {
        if (status === "detecting")
          this.holder.dispatch({ type: "run", id, model, run: { status: "queued" } });
      }
    }
  }

  /** Like `pause`, also for preparations: the worker is about to go. */
  halt(): void {
    this.pause();
    this.preparing.abort();
    this.preparing = new AbortController();
    this.preparations.clear();
    this.lastPreparation = Promise.resolve();
    for (const { id, preparation } of this.gallery.images) {
      if (preparation.status !== "preparing") continue;
      this.holder.dispatch({ type: "preparation", id, preparation: { status: "queued" } });
    }
  }

  resume(): void {
    this.hold(false);
    for (const course of this.courses.values()) course.started = Date.now();
    this.go();
  }

  /** Take back all that a model has not answered. */
  cancel(model: string): void {
    this.pause();
    for (const { id, runs } of this.gallery.images) {
      if (runs.get(model)?.status === "queued") this.holder.dispatch({ type: "run", id, model, run: null });
    }
    this.resume();
  }

  /** How far a model's queue has come; null when nothing was asked of the model. */
  progress(model: string): Progress | null {
    const course = this.courses.get(model);
    if (course === undefined) return null;
    const statuses = this.gallery.images.map((image) => statusOf(image, model));
    const count = (wanted: string) => statuses.filter((status) => status === wanted).length;
    const failed = count("failed");
    const { times, started } = course;
    const finished = count("done") + failed;
    return progressOf(times, { finished, failed, of: statuses.length, started, now: Date.now() });
  }

  /**
   * An image of the gallery as it is sent and shown.
   *
   * @throws JobError when it cannot be prepared.
   */
  async picture(id: number): Promise<PreparedImage> {
    const kept = this.kept.get(id);
    if (kept !== undefined) {
      this.keep(id, kept);
      return kept;
    }
    const begun = this.preparations.get(id);
    if (begun !== undefined) return begun;
    const { signal } = this.preparing;
    // One after the other: decoded, two large photos take a quarter of a gigabyte.
    const preparation = this.lastPreparation.then(() => this.prepare(id, signal));
    this.preparations.set(id, preparation);
    this.lastPreparation = preparation.catch(() => {});
    return preparation;
  }

  /** Draw labels onto an image of the gallery, as a PNG. */
  async annotate(id: number, labels: readonly PaintedLabel[]): Promise<Blob> {
    const { blob } = await this.picture(id);
    return this.worker.run(new AbortController().signal, { kind: "annotate", image: blob, labels });
  }

  private async prepare(id: number, signal: AbortSignal): Promise<PreparedImage> {
    const image = findImage(this.gallery, id);
    if (image === undefined || signal.aborted) return new Promise(() => {}); // nobody waits any more
    const isKnown = image.preparation.status === "ready";
    if (!isKnown) this.holder.dispatch({ type: "preparation", id, preparation: { status: "preparing" } });
    try {
      const picture = await this.worker.run(signal, { kind: "prepare", file: image.file });
      this.keep(id, picture);
      if (!isKnown) {
        const { blob: _, thumbnail, ...facts } = picture;
        const preparation = { status: "ready", facts, thumbnail: URL.createObjectURL(thumbnail) } as const;
        this.holder.dispatch({ type: "preparation", id, preparation });
      }
      return picture;
    } catch (error) {
      if (error instanceof JobError && !isKnown) {
        const { problem } = error;
        this.holder.dispatch({ type: "preparation", id, preparation: { status: "failed", problem } });
      }
      throw error;
    } finally {
      this.preparations.delete(id);
    }
  }

  private keep(id: number, picture: PreparedImage): void {
    this.kept.delete(id);
    this.kept.set(id, picture);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  /** Begin what can begin now. */
  go(): void {
    const { images, held } = this.gallery;
    if (held) return;
    for (const { id, runs } of images) {
      for (const [model, { status }] of runs) {
        if (this.flights.size >= MOST_REQUESTS) return;
        if (status === "queued" && !this.flights.has(key(id, model))) void this.fly(id, model);
      }
    }
    // Those that wait for no model are prepared to be seen.
    const next = images.find(({ preparation }) => preparation.status === "queued");
    if (next === undefined || this.preparations.size > 0) return;
    const goOn = () => this.go();
    this.picture(next.id).then(goOn, goOn);
  }

  /** Bring one image through one model. */
  private async fly(id: number, model: string): Promise<void> {
    const course = this.courses.get(model);
    if (course === undefined) return;
    const { signal } = this.detecting;
    this.flights.add(key(id, model));
    let run: Run;
    try {
      const { blob } = await this.picture(id);
      run = await this.ask(id, model, blob, course.pace, signal);
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      run = { status: "failed", problem: error.problem };
    }
    if (signal.aborted) return;
    this.flights.delete(key(id, model));
    course.times.push(Date.now());
    this.holder.dispatch({ type: "run", id, model, run });
    if (run.status === "done" && id === this.gallery.selected) markPainted();
    this.go();
  }

  /** Ask a model about an image, as often as it takes and makes sense. */
  private async ask(
    id: number,
    model: string,
    image: Blob,
    pace: ModelPace,
    signal: AbortSignal,
  ): Promise<Run> {
    for (let tries = 1; ;) {
      await wait(pace.delay(Date.now()));
      if (signal.aborted) return { status: "queued" };
      if (tries === 1) this.holder.dispatch({ type: "run", id, model, run: { status: "detecting" } });
      const started = Date.now();
      try {
        const labels = await this.worker.run(signal, { kind: "detect", model, image });
        pace.answered(Date.now());
        return { status: "done", labels };
      } catch (error) {
        if (!(error instanceof JobError)) throw error;
        const { passing } = error.problem;
        if (passing === "limit" && pace.refused(started, Date.now())) continue;
        if (passing !== "failure" || tries === MOST_TRIES) throw error;
        await wait(FIRST_WAIT * 2 ** tries++);
      }
    }
  }

  private hold(held: boolean): void {
    this.holder.dispatch({ type: "hold", held });
  }
}

function key(id: number, model: string): string {
  return `${id} ${model}`;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The boxes are in the document now; the frame after this one shows them. */
function markPainted(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("boxes-painted")));
}
