import type { Match } from "../../core/compare";
import type { GalleryImage } from "../../core/gallery";
import { toPixels } from "../../core/geometry";
import type { ImageFacts, Label, Problem } from "../../messages";
import { ProblemAlert } from "../problem";

interface SideProps {
  readonly title: string;
  readonly which: "a" | "b";
  readonly image: GalleryImage;
  readonly facts: ImageFacts;
  readonly url: string | null;
  /** Null until both models have answered. */
  readonly matches: readonly Match[] | null;
  readonly colors: ReadonlyMap<string, number>;
  /** The match under the pointer or in focus: its place in `matches`. */
  readonly lit: number | null;
  readonly onLit: (index: number | null) => void;
  /** Why this model has no answer for the image. */
  readonly problem: Problem | null;
  readonly onRetry: () => void;
}

/** The image as one of the models sees it; what the other has not found is dashed. */
export function Side({
  title,
  which,
  image,
  facts,
  url,
  matches,
  colors,
  lit,
  onLit,
  problem,
  onRetry,
}: SideProps) {
  const { width, height } = facts;
  const labels = (matches ?? []).flatMap((match, index) => {
    const label = labelOf(match, which);
    return label === null
      ? []
      : [{ ...label, index, alone: match.kind !== "both", color: colors.get(label.name) ?? 0 }];
  });
  const boxes = labels
    .flatMap(({ box, ...label }) => (box === null ? [] : [{ ...label, box: toPixels(box, width, height) }]))
    // Small boxes last, so that a large one does not cover them.
    .sort((one, other) => other.box.width * other.box.height - one.box.width * one.box.height);
  return (
    <section class="side" aria-label={title}>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <div class="stage">
        <figure class="picture" style={{ "--ratio": width / height }}>
          {url !== null && <img src={url} alt={image.name} width={width} height={height} decoding="async" />}
          <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            {boxes.map(({ index, name, alone, color, box }) => (
              <g key={index} class={`label-${color}${index === lit ? " lit" : ""}${alone ? " alone" : ""}`}>
                <rect class="halo" {...box} />
                <rect
                  {...box}
                  data-label={name}
                  onPointerEnter={() => onLit(index)}
                  onPointerLeave={() => onLit(null)}
                />
              </g>
            ))}
          </svg>
          <div class="tags" aria-hidden="true">
            {boxes.map(({ index, name, color, box }) => (
              <span
                key={index}
                dir="auto"
                class={index === lit ? `tag label-${color} lit` : `tag label-${color}`}
                style={{
                  left: percent(box.x / width),
                  top: `max(${percent(box.y / height)}, var(--tag-height))`,
                  maxWidth: percent(1 - box.x / width),
                }}
              >
                {name}
              </span>
            ))}
          </div>
        </figure>
      </div>
      <p class="chips">
        {labels
          .filter(({ box }) => box === null)
          .map(({ index, name, color }) => (
            <span key={index} class={`tag label-${color}`} dir="auto">
              {name}
            </span>
          ))}
      </p>
      <ProblemAlert problem={problem} onRetry={onRetry} />
    </section>
  );
}

function percent(share: number): string {
  return `${share * 100}%`;
}

/** What one of the models says in a match; null when it has not found it. */
export function labelOf(match: Match, which: "a" | "b"): Label | null {
  if (which === "a") return match.kind === "b" ? null : match.a;
  return match.kind === "a" ? null : match.b;
}
