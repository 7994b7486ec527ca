import { isChanging } from "../core/catalog";
import { type Look, nextLook, NO_LOOK } from "../core/refresh";
import type { State } from "../core/state";
import type { Controller } from "./controller";

/** Lists the models again by itself: often while one is changing, more and more seldom while nothing happens. */
export class Refresher {
  private look: Look = NO_LOOK;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private state: State | undefined;
  /** Whether a list of ours is under way; one that is given up never ends. */
  private listing = false;
  /** A model that was just started, stopped or changed: the list may still say what was before. */
  private hurried = { model: "", until: 0 };

  constructor(private readonly controller: Controller) {
    document.addEventListener("visibilitychange", () => {
      // What happened meanwhile is wanted at once.
      if (!document.hidden && this.timer !== undefined) void this.now();
    });
  }

  /** Take every drawn state, and wait until the next list is due. */
  see(state: State): void {
    this.state = state;
    if (state.listing !== "done") this.stop();
    else if (!this.listing && this.timer === undefined) this.wait(state);
  }

  /** Wait no longer, until a state is seen again. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.listing = false;
  }

  /** List at once, and look closely at a model for a while. */
  async hurry(model: string): Promise<void> {
    this.hurried = { model, until: Date.now() + 20_000 };
    await this.now();
  }

  private wait(state: State): void {
    this.look = nextLook(this.look, state.projects, this.changing(state).length > 0);
    this.timer = setTimeout(() => {
      if (!document.hidden) void this.now();
    }, this.look.pause);
  }

  private async now(): Promise<void> {
    this.stop();
    const { state } = this;
    if (state === undefined) return;
    const changing = this.changing(state);
    this.listing = true;
    await this.controller.follow(changing.length > 0 ? changing : null);
    this.listing = false;
    this.controller.draw();
  }

  /** ARNs of the projects of which something changes. */
  private changing({ projects }: State): readonly string[] {
    const { model, until } = this.hurried;
    const isHurried = (arn: string) => arn === model && Date.now() < until;
    return projects.flatMap(({ arn, versions }) =>
      arn !== null && versions.some((version) => isChanging(version) || isHurried(version.arn)) ? [arn] : [],
    );
  }
}
