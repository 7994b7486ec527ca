import { toPixels } from "../../core/geometry";
import type { Size } from "../../core/image-plan";
import type { ShownLabel } from "../../core/state";
import type { Controller } from "../controller";
import { lighting } from "./lighting";

/** With more boxes than this, name tags would hide the image: only the lit one's is shown. */
const MAX_TAGS = 24;

interface BoxedProps {
  readonly name: string;
  readonly url: string;
  /** Of the image in pixels. */
  readonly size: Size;
  /** How many times larger than fitted. */
  readonly scale: number;
  readonly labels: readonly ShownLabel[];
  readonly lit: number | null;
  readonly controller: Controller;
}

/** An image with its boxes. */
export function Boxed({ name, url, size, scale, labels, lit, controller }: BoxedProps) {
  const { width, height } = size;
  const boxes = labels
    .flatMap(({ box, ...label }) => (box === null ? [] : [{ ...label, box: toPixels(box, width, height) }]))
    // Small boxes last, so that a large one does not cover them.
    .sort((one, other) => other.box.width * other.box.height - one.box.width * one.box.height);
  return (
    <figure class="picture" style={{ "--ratio": width / height, "--zoom": scale }}>
      <img src={url} alt={name} width={width} height={height} decoding="async" draggable={false} />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {boxes.map(({ index, name, color, confidence, box }) => (
          <g key={index} class={index === lit ? `label-${color} lit` : `label-${color}`}>
            <rect class="halo" {...box} />
            <rect {...box} data-label={name} data-confidence={confidence} {...lighting(controller, index)} />
          </g>
        ))}
      </svg>
      <div class="tags" aria-hidden="true">
        {boxes
          .filter(({ index }) => boxes.length <= MAX_TAGS || index === lit)
          .map(({ index, name, color, confidence, box }) => (
            <span
              key={index}
              dir="auto"
              class={index === lit ? `tag label-${color} lit` : `tag label-${color}`}
              style={tagPlace(box.x / width, box.y / height, (box.x + box.width) / width)}
            >
              {index === lit ? `${name} ${confidence.toFixed(1)} %` : name}
            </span>
          ))}
      </div>
    </figure>
  );
}

/** Just above the box, but never off the image's upper edge; growing away from the nearer side. */
function tagPlace(left: number, top: number, right: number): Record<string, string> {
  const above = { top: `max(${percent(top)}, var(--tag-height))` };
  return left + right < 1
    ? { ...above, left: percent(left), maxWidth: percent(1 - left) }
    : { ...above, right: percent(1 - right), maxWidth: percent(right) };
}

function percent(share: number): string {
  return `${share * 100}%`;
}
