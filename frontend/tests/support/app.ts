import { mkdtempSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Aws } from "./aws";
import { launch } from "./browser";
import type { TestFile } from "./images";
import { Site, settingsText } from "./site";

/** What a page was seen to do that it should not. */
interface Watched {
  readonly violations: string[];
  /** What moved without being asked to. */
  readonly shifts: string[];
}

interface LayoutShift {
  readonly sources: readonly { readonly node: HTMLElement | null }[];
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** The built app in Chromium, served as a deployment serves it, with AWS stood in for; anew for each test. */
export class AppUnderTest {
  browser!: Browser;
  aws!: Aws;
  site!: Site;
  page!: Page;
  /** A page of the same browser without the app, to draw and look at images in. */
  bench!: Page;
  readonly errors: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "custom-labels-"));

  async open(settings: string | null = settingsText(this.aws.url)): Promise<void> {
    this.site = await Site.start(settings, this.aws.url);
    await this.page.goto(this.site.url);
    await this.page.waitForSelector("main");
  }

  /** Choose files through the file control, from the disk: bytes handed over by the driver cost the page time. */
  async choose(...files: readonly TestFile[]): Promise<void> {
    const paths = files.map(({ name }) => join(this.folder, name));
    await Promise.all(files.map(({ buffer }, index) => writeFile(paths[index] ?? "", buffer)));
    await this.page.getByLabel("Choose an image").setInputFiles(paths);
  }

  async reach(stage: string): Promise<void> {
    await this.page.waitForSelector(`main[data-state=${stage}]`);
  }

  status(): Promise<string> {
    return this.page.getByRole("status").innerText();
  }

  alert(): Promise<string> {
    return this.page.getByRole("alert").innerText();
  }

  /** The bytes of the images that the app sent, in order. */
  sent(): Buffer[] {
    return this.aws.of("DetectCustomLabels").map(({ body }) => Buffer.from(body.Image.Bytes, "base64"));
  }

  /**
   * The longest task on the page's main thread while `work` runs, in milliseconds.
   *
   * Processor time, not time on the clock: other programs' work is not the page's.
   */
  async longestTask(work: () => Promise<void>): Promise<number> {
    await this.browser.startTracing(this.page, {
      categories: ["toplevel", "disabled-by-default-devtools.timeline"],
    });
    await work();
    const trace = (await this.browser.stopTracing()).toString();
    const events = (JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents;
    const mainThreads = events.filter(
      ({ name, args }) => name === "thread_name" && args.name === "CrRendererMain",
    );
    const tasks = events.filter(
      ({ name, pid, tid }) =>
        name === "RunTask" && mainThreads.some((thread) => thread.pid === pid && thread.tid === tid),
    );
    expect(tasks).not.toEqual([]);
    return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
  }

  watched(): Promise<Watched> {
    return this.page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  }
}

/** Set the app up for the tests of a file; after each, the page must have broken no rule. */
export function appUnderTest(): AppUnderTest {
  const app = new AppUnderTest();
  beforeAll(async () => {
    app.browser = await launch();
    app.bench = await app.browser.newPage();
    // Only a secure context has all of the image functions.
    await app.bench.route("http://127.0.0.1:1/", (route) =>
      route.fulfill({ body: "", contentType: "text/html" }),
    );
    await app.bench.goto("http://127.0.0.1:1/");
  });
  afterAll(async () => {
    await app.browser.close();
    await rm(app.folder, { recursive: true });
  });
  beforeEach(async () => {
    app.aws = await Aws.start();
    app.errors.length = 0;
    app.page = await (await app.browser.newContext()).newPage();
    app.page.on("pageerror", (error) => app.errors.push(String(error)));
    await app.page.addInitScript(() => {
      const watched: Watched = { violations: [], shifts: [] };
      Object.assign(window, { watched });
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
        watched.violations.push(`${effectiveDirective} ${blockedURI}`),
      );
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as LayoutShift[]) {
          for (const { node } of entry.sources) watched.shifts.push(node?.outerHTML ?? "removed");
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
  });
  afterEach(async () => {
    const { violations } = await app.watched();
    await app.page.context().close();
    await app.site.stop();
    await app.aws.stop();
    expect(violations).toEqual([]);
    expect(app.errors).toEqual([]);
  });
  return app;
}
