import type { Controller } from "./controller";
import { Refresher } from "./refresher";

/** Begin to keep the list fresh; guests download this some seconds after the first page, members have the refresher at once. */
export function keepFresh(controller: Controller): Refresher {
  return new Refresher(controller);
}
