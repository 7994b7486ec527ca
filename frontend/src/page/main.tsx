import { render } from "preact";
import { parseRoute } from "../core/route";
import { parseSettings, type Settings } from "../core/settings";
import workerUrl from "../worker/main?worker&url";
import { Alone, App } from "./app";
import { GUEST } from "./app-context";
import { Controller } from "./controller";
import { listen } from "./listen";
import type { Refresher } from "./refresher";
import { WorkerClient } from "./worker-client";

/** Milliseconds until the list begins to be kept fresh. */
const REFRESH_AFTER = 3_000;

// In another site's frame a click could be meant for something else: show nothing there.
if (window.top === window.self) main();

function main(): void {
  let settings: Settings;
  try {
    settings = parseSettings(document.getElementById("settings")?.textContent ?? null);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    const load = async () => (await import("./not-set-up")).notSetUp(sentence);
    render(<Alone region="" state="failed" load={load} />, document.body);
    return;
  }
  if (settings.signIn === null) startForGuests(settings);
  else startForMembers(settings);
}

function startForGuests(settings: Settings): void {
  const controller: Controller = new Controller(new WorkerClient(settings, workerUrl), (state) => {
    const route = parseRoute(location.hash);
    render(<App app={{ settings, route, state, controller, visitor: GUEST }} />, document.body);
    refresher?.see(state);
  });
  let refresher: Refresher | null = null;
  listen(controller);
  requestAnimationFrame(() => setTimeout(() => void controller.refresh()));
  // Not of the first page: the list is fresh for a while, and stays as it is if this cannot be loaded.
  setTimeout(async () => {
    const later = await import("./keep-fresh").catch(() => null);
    refresher = later && later.keepFresh(controller);
    controller.draw();
  }, REFRESH_AFTER);
}

/** What only members need is not downloaded by guests. */
function startForMembers(settings: Settings): void {
  const load = async () => {
    const { start } = await import("./member/start");
    start(settings);
    return () => null; // by now the app is in this place
  };
  render(<Alone region={settings.region} state="loading" load={load} />, document.body);
}
