import type { Controller } from "./controller";

/** Take images that are dropped or pasted anywhere on the page. */
export function listen(controller: Controller): void {
  addEventListener("dragover", (event) => {
    event.preventDefault();
    controller.drag(true);
  });
  addEventListener("dragleave", (event) => {
    // Null when the pointer leaves the window, and not just an element.
    if (event.relatedTarget === null) controller.drag(false);
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    controller.drag(false);
    if (event.dataTransfer !== null) void controller.chooseFile(event.dataTransfer.files);
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData !== null && clipboardData.files.length > 0) {
      void controller.chooseFile(clipboardData.files);
    }
  });
}
