import type { Controller } from "./controller";

/** Follow the address, and take images that are dropped or pasted anywhere on the page. */
export function listen(controller: Controller): void {
  controller.arrive();
  addEventListener("hashchange", () => {
    controller.arrive();
    // The reading goes on at the top of the new page, and not where the link was.
    queueMicrotask(() => document.querySelector("main")?.focus({ preventScroll: true }));
    scrollTo(0, 0);
  });
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
    if (event.dataTransfer === null) return;
    const entries = [...event.dataTransfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
    if (entries.some((entry) => entry.isDirectory))
      void controller.work((runner) => runner.chooseEntries(entries));
    else controller.choose(event.dataTransfer.files);
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData !== null && clipboardData.files.length > 0) {
      controller.choose(clipboardData.files);
    }
  });
}
