import "./viewer.css";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { GalleryImage } from "../../core/gallery";
import { shownLabels } from "../../core/state";
import { scrollAfter, wheelFactor, zoomed } from "../../core/zoom";
import type { AppContext } from "../app-context";
import { usePicture } from "../use-picture";
import { Boxed } from "./boxed";

const STEP = 1.5;

interface ViewerProps {
  readonly app: AppContext;
  /** One that is ready. */
  readonly image: GalleryImage;
}

interface View {
  readonly scale: number;
  /** Where to scroll to once the image has its new size. */
  readonly left: number;
  readonly top: number;
}

const FITTED: View = { scale: 1, left: 0, top: 0 };

/** The image with its boxes, to look at from near. */
export function Viewer({ app, image }: ViewerProps) {
  const { controller, state } = app;
  const url = usePicture(app, image.id);
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>(FITTED);
  useEffect(() => setView(FITTED), [image.id]);
  useLayoutEffect(() => frame.current?.scrollTo(view.left, view.top), [view]);

  /** Zoom, keeping what is at a point of the window, or in the middle, where it is. */
  function zoom(factor: number, at?: { readonly clientX: number; readonly clientY: number }): void {
    const { current } = frame;
    if (current === null) return;
    const edges = current.getBoundingClientRect();
    const x = at ? at.clientX - edges.left : edges.width / 2;
    const y = at ? at.clientY - edges.top : edges.height / 2;
    const { scrollLeft, scrollTop } = current;
    setView(({ scale }) => {
      const next = zoomed(scale, factor);
      const by = next / scale;
      return { scale: next, left: scrollAfter(scrollLeft, x, by), top: scrollAfter(scrollTop, y, by) };
    });
  }

  const pinch = usePinch(zoom);
  const { preparation } = image;
  if (preparation.status !== "ready") return null;
  const { facts, thumbnail } = preparation;
  return (
    <div class="viewer">
      <div class="fitting">
        <div
          ref={frame}
          id="view"
          class={view.scale > 1 ? "view zoomed" : "view"}
          tabIndex={0}
          role="group"
          aria-label="Image; zoom with + and −, move with the arrow keys"
          onWheel={(event) => {
            // At its smallest the image lets the page scroll on.
            if (view.scale === 1 && event.deltaY > 0 && !event.ctrlKey) return;
            event.preventDefault();
            zoom(wheelFactor(event.deltaY), event);
          }}
          onKeyDown={(event) => {
            const factor = { "+": STEP, "=": STEP, "-": 1 / STEP, "0": 0 }[event.key];
            if (factor === undefined || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            zoom(factor);
          }}
          onPointerDown={({ currentTarget, pointerId, pointerType, button }) => {
            if (pointerType === "mouse" && button === 0 && view.scale > 1)
              currentTarget.setPointerCapture(pointerId);
          }}
          onPointerMove={({ currentTarget, pointerId, movementX, movementY }) => {
            if (currentTarget.hasPointerCapture(pointerId)) currentTarget.scrollBy(-movementX, -movementY);
          }}
          {...pinch}
        >
          <Boxed
            name={image.name}
            url={url ?? thumbnail}
            size={facts}
            scale={view.scale}
            labels={shownLabels(state)}
            lit={state.lit}
            controller={controller}
          />
        </div>
      </div>
      <p class="zoom">
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / STEP)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => zoom(STEP)}>
          +
        </button>
        <button type="button" onClick={() => zoom(0)}>
          Fit
        </button>
      </p>
    </div>
  );
}

/** Handlers that zoom with two fingers. */
function usePinch(zoom: (factor: number, at: { clientX: number; clientY: number }) => void) {
  const apart = useRef(0);
  return {
    onTouchStart: ({ touches }: TouchEvent) => {
      apart.current = distance(touches);
    },
    onTouchMove: (event: TouchEvent) => {
      const [one, other] = event.touches;
      if (one === undefined || other === undefined) return;
      event.preventDefault();
      const now = distance(event.touches);
      if (apart.current > 0) {
        zoom(now / apart.current, {
          clientX: (one.clientX + other.clientX) / 2,
          clientY: (one.clientY + other.clientY) / 2,
        });
      }
      apart.current = now;
    },
  };
}

function distance([one, other]: TouchList): number {
  return one && other ? Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) : 0;
}
