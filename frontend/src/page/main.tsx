import { render } from "preact";
import { INITIAL } from "../core/state";
import { parseSettings, type Settings } from "../core/settings";
import { App, SettingsProblem } from "./app";
import { Controller } from "./controller";
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
  const controller: Controller = new Controller(new WorkerClient(settings), (state) =>
    render(<App state={state} settings={settings} controller={controller} />, document.body),
  );
  render(<App state={INITIAL} settings={settings} controller={controller} />, document.body);
  listen(controller);
  requestAnimationFrame(() => setTimeout(() => void controller.refresh()));
}

/** Images may be dropped or pasted anywhere on the page. */
function listen(controller: Controller): void {
  addEventListener("dragover", (event) => {
    event.preventDefault();
    controller.dispatch({ type: "dragging", over: true });
  });
  addEventListener("dragleave", (event) => {
    // Null when the pointer leaves the window, and not just an element.
    if (event.relatedTarget === null) controller.dispatch({ type: "dragging", over: false });
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    controller.dispatch({ type: "dragging", over: false });
    if (event.dataTransfer !== null) void controller.chooseFile(event.dataTransfer.files);
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData !== null && clipboardData.files.length > 0) {
      void controller.chooseFile(clipboardData.files);
    }
  });
}
