import type { Controller } from "../controller";

/** Handlers that light a label while the mouse is on it; a finger's touch lights it until the next. */
export function lighting(controller: Controller, index: number) {
  return {
    onPointerEnter: () => controller.dispatch({ type: "lit", index }),
    onPointerLeave: ({ pointerType }: PointerEvent) => {
      if (pointerType === "mouse") controller.dispatch({ type: "lit", index: null });
    },
  };
}
