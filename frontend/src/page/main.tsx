import { render } from "preact";
import { parseSettings, type Settings } from "../core/settings";
import workerUrl from "../worker/main?worker&url";
import { App, Blank, Broken, GUEST, SettingsProblem } from "./app";
import { Controller } from "./controller";
import { listen } from "./listen";
import { WorkerClient } from "./worker-client";

// In another site's frame a click could be meant for something else: show nothing there.
if (window.top === window.self) main();

function main(): void {
  let settings: Settings;
  try {
    settings = parseSettings(document.getElementById("settings")?.textContent ?? null);
  } catch (error) {
    render(
      <SettingsProblem sentence={error instanceof Error ? error.message : String(error)} />,
      document.body,
    );
    return;
  }
  if (settings.signIn === null) startForGuests(settings);
  else void startForMembers(settings);
}

function startForGuests(settings: Settings): void {
  const controller: Controller = new Controller(new WorkerClient(settings, workerUrl), (state) =>
    render(<App state={state} settings={settings} controller={controller} visitor={GUEST} />, document.body),
  );
  controller.draw();
  listen(controller);
  requestAnimationFrame(() => setTimeout(() => void controller.refresh()));
}

/** What only members need is not downloaded by guests. */
async function startForMembers(settings: Settings): Promise<void> {
  render(<Blank region={settings.region} />, document.body);
  try {
    const { start } = await import("./member/start");
    start(settings);
  } catch {
    render(
      <Broken title="The sign-in could not be loaded">
        <p>Check the connection and reload the page.</p>
      </Broken>,
      document.body,
    );
  }
}
