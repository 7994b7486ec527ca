import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Handle, type Mark, moved, resized, spanned } from "../../core/corrections";
import type { RatioBox } from "../../core/geometry";
import type { Size } from "../../core/image-plan";

const HANDLES: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** Shares of the image's longer side that an arrow key moves a box by: at first, and while it is held. */
const STEP = 0.002;
const HELD_STEP = 0.01;
/** Screen pixels that the pointer must go before it draws a box: less is a click. */
const DRAG = 4;

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What can be done to marks on the picture. */
export interface CanvasDeeds {
  select(id: number | null): void;
  add(box: RatioBox | null): void;
  place(mark: Mark, box: RatioBox, nudge: boolean): void;
  remove(mark: Mark): void;
  rename(mark: Mark): void;
  leave(): void;
}

interface CanvasProps {
  readonly url: string | null;
  readonly name: string;
  /** Of the image in its own pixels. */
  readonly size: Size;
  readonly marks: readonly Mark[];
  readonly colors: ReadonlyMap<string, number>;
  readonly selected: number | null;
  /** The mark that is to have the focus, once. */
  readonly focus: { readonly id: number | null } | null;
  readonly deeds: CanvasDeeds;
}

/** A box that is being dragged or drawn; `id` is null for a new one. */
interface Draft {
  readonly id: number | null;
  readonly box: RatioBox;
}

/** The picture with boxes that can be moved, resized, added and removed. */
export function Canvas({ url, name, size, marks, colors, selected, focus, deeds }: CanvasProps) {
  const canvas = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  useLayoutEffect(() => {
    if (focus === null) return;
    const wanted = focus.id === null ? null : canvas.current?.querySelector(`[data-mark="${focus.id}"]`);
    ((wanted ?? canvas.current) as HTMLElement | null)?.focus();
  }, [focus]);

  const drag = (event: PointerEvent): void => {
    const element = canvas.current;
    if (element === null || event.button !== 0) return;
    const target = event.target as HTMLElement;
    const id = Number(target.closest<HTMLElement>("[data-mark]")?.dataset["mark"] ?? Number.NaN);
    const grip = target.dataset["handle"] as Handle | undefined;
    const mark = marks.find((one) => one.id === (grip === undefined ? id : selected));
    // A finger on the bare picture scrolls the page.
    if (mark === undefined && event.pointerType === "touch") return;
    const { left, top, width, height } = element.getBoundingClientRect();
    const at = ({ clientX, clientY }: PointerEvent) =>
      [(clientX - left) / width, (clientY - top) / height] as const;
    const [x, y] = at(event);
    const before = mark?.box ?? null;
    let box: RatioBox | null = null;
    deeds.select(mark?.id ?? null);
    const move = (next: PointerEvent): void => {
      if (box === null && Math.hypot(next.clientX - event.clientX, next.clientY - event.clientY) < DRAG)
        return;
      const [toX, toY] = at(next);
      if (before === null) box = spanned(x, y, toX, toY, size);
      else if (grip === undefined) box = moved(before, toX - x, toY - y);
      else box = resized(before, grip, toX - x, toY - y, size);
      setDraft({ id: mark?.id ?? null, box });
    };
    const end = (done: boolean): void => {
      listening.abort();
      setDraft(null);
      if (!done || box === null) return;
      if (mark === undefined) deeds.add(box);
      else deeds.place(mark, box, false);
    };
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", () => end(true), { signal });
    addEventListener("pointercancel", () => end(false), { signal });
    addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal });
    event.preventDefault();
    (target.closest<HTMLElement>("[data-mark]") ?? element).focus();
  };

  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = Number((event.target as HTMLElement).dataset["mark"] ?? Number.NaN);
    const mark = marks.find((one) => one.id === id);
    const arrow = ARROWS[event.key];
    if (event.key === "n" || event.key === "N") deeds.add(null);
    else if (event.key === "Escape") deeds.leave();
    else if (mark === undefined || mark.box === null) return;
    else if (event.key === "Delete" || event.key === "Backspace") deeds.remove(mark);
    else if (arrow !== undefined) {
      const step = (event.repeat ? HELD_STEP : STEP) * Math.max(size.width, size.height);
      const [right, down] = [(arrow[0] * step) / size.width, (arrow[1] * step) / size.height];
      deeds.place(
        mark,
        event.shiftKey ? grown(mark.box, right, down, size) : moved(mark.box, right, down),
        true,
      );
    } else return;
    event.preventDefault();
  };

  const boxes = marks.flatMap(({ id, name, box }) => {
    const shown = draft?.id === id ? draft.box : box;
    return shown === null ? [] : [{ id, name, box: shown }];
  });
  // In front of those that are larger, so that each can be reached; the order in the document stays.
  const bySize = boxes.toSorted((one, other) => area(other.box) - area(one.box)).map(({ id }) => id);
  return (
    <div
      ref={canvas}
      class="picture canvas"
      style={{ "--ratio": size.width / size.height }}
      role="application"
      aria-label="Boxes on the image"
      aria-describedby="keys"
      aria-keyshortcuts="N"
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={press}
    >
      {url !== null && (
        <img
          src={url}
          alt={name}
          width={size.width}
          height={size.height}
          decoding="async"
          draggable={false}
        />
      )}
      <div class="marks">
        {boxes.map(({ id, name, box }) => (
          <button
            key={id}
            type="button"
            class={`mark label-${colors.get(name) ?? 0}`}
            data-mark={id}
            data-label={name}
            aria-label={`${name}, ${placeWords(box, size)}`}
            aria-pressed={id === selected}
            style={{ ...rectangle(box), zIndex: id === selected ? marks.length + 1 : bySize.indexOf(id) + 1 }}
            onFocus={() => deeds.select(id)}
            onDblClick={() => rename(id)}
            // By the keyboard or a screen reader: of the mouse's clicks there is a count.
            onClick={({ detail }) => detail === 0 && rename(id)}
          >
            <span class="tag" dir="auto">
              {name}
            </span>
            {id === selected &&
              HANDLES.map((handle) => <i key={handle} class={`handle ${handle}`} data-handle={handle} />)}
          </button>
        ))}
        {draft !== null && draft.id === null && <i class="mark drawn" style={rectangle(draft.box)} />}
      </div>
    </div>
  );

  function rename(id: number): void {
    const mark = marks.find((one) => one.id === id);
    if (mark !== undefined) deeds.rename(mark);
  }
}

/** Where a box is, in words, in pixels of the image. */
export function placeWords(box: RatioBox, { width, height }: Size): string {
  const [x, y] = [Math.round(box.left * width), Math.round(box.top * height)];
  return `${Math.round(box.width * width)} × ${Math.round(box.height * height)} px at ${x}, ${y}`;
}

/** The box with its right and lower edges moved, never beyond the left and upper ones. */
function grown(box: RatioBox, right: number, down: number, size: Size): RatioBox {
  return spanned(
    box.left,
    box.top,
    Math.max(box.left, box.left + box.width + right),
    Math.max(box.top, box.top + box.height + down),
    size,
  );
}

function rectangle({ left, top, width, height }: RatioBox): Record<string, string> {
  return { left: percent(left), top: percent(top), width: percent(width), height: percent(height) };
}

function percent(share: number): string {
  return `${share * 100}%`;
}

function area({ width, height }: RatioBox): number {
  return width * height;
}
