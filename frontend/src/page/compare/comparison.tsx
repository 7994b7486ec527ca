import { useState } from "preact/hooks";
import { compareLabels, type Match, type Summary } from "../../core/compare";
import { findImage, type GalleryImage, labelsOf, problemOf } from "../../core/gallery";
import type { Label } from "../../messages";
import type { AppContext } from "../app-context";
import { ImageStrip } from "../image-strip";
import { ProblemAlert } from "../problem";
import { Threshold } from "../threshold";
import { usePicture } from "../use-picture";
import { Differences } from "./differences";
import { Side } from "./side";

/** What two models say about an image, from a confidence on; null until both have answered. */
export function matchesOf(
  image: GalleryImage,
  a: string,
  b: string,
  threshold: number,
): readonly Match[] | null {
  const [one, other] = [labelsOf(image, a), labelsOf(image, b)];
  if (one === null || other === null) return null;
  const certain = (labels: readonly Label[]) => labels.filter(({ confidence }) => confidence >= threshold);
  return compareLabels(certain(one), certain(other));
}

interface ComparisonProps {
  readonly app: AppContext;
  /** ARNs of two models. */
  readonly a: string;
  readonly b: string;
  /** The models' names. */
  readonly titles: readonly [a: string, b: string];
  readonly summary: Summary;
}

/** All images with what agrees in them, and one of them as both models see it. */
export function Comparison({ app, a, b, titles, summary }: ComparisonProps) {
  const { controller } = app;
  const { gallery } = app.state;
  const image = findImage(gallery, gallery.selected);
  return (
    <>
      <div class="overview">
        <Threshold
          percent={gallery.threshold}
          onPercent={(percent) => controller.dispatch({ type: "threshold", percent })}
        />
        <Totals summary={summary} />
      </div>
      {gallery.images.length > 1 && (
        <ImageStrip
          gallery={gallery}
          note={(one) => {
            const matches = matchesOf(one, a, b, gallery.threshold);
            if (matches === null) return null;
            const differing = matches.filter(({ kind }) => kind !== "both").length;
            return differing === 0 ? "agree" : `${differing} ${differing === 1 ? "differs" : "differ"}`;
          }}
          onSelect={(id) => controller.dispatch({ type: "select", id })}
        />
      )}
      {image !== undefined && (
        <OneImage key={image.id} app={app} image={image} models={[a, b]} titles={titles} />
      )}
    </>
  );
}

function Totals({ summary }: { readonly summary: Summary }) {
  const { agreements, onlyA, onlyB, meanA, meanB } = summary;
  const facts: [string, string | number][] = [
    ["Both", agreements],
    ["Only A", onlyA],
    ["Only B", onlyB],
    ["Mean confidence of A", percent(meanA)],
    ["Mean confidence of B", percent(meanB)],
  ];
  return (
    <dl class="totals">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface OneImageProps {
  readonly app: AppContext;
  readonly image: GalleryImage;
  readonly models: readonly [a: string, b: string];
  readonly titles: readonly [a: string, b: string];
}

function OneImage({ app, image, models, titles }: OneImageProps) {
  const { gallery } = app.state;
  const [lit, setLit] = useState<number | null>(null);
  const url = usePicture(app, image.id);
  const { preparation } = image;
  if (preparation.status === "failed") {
    return <ProblemAlert problem={preparation.problem} />;
  }
  if (preparation.status !== "ready") return <div class="stage skeleton" />;
  const matches = matchesOf(image, ...models, gallery.threshold);
  const shared = {
    image,
    facts: preparation.facts,
    url,
    matches,
    colors: gallery.colors,
    lit,
    onLit: setLit,
  };
  return (
    <>
      <div class="sides">
        {(["a", "b"] as const).map((which, index) => {
          const model = models[index] ?? "";
          return (
            <Side
              key={which}
              {...shared}
              which={which}
              title={`${which.toUpperCase()}: ${titles[index]}`}
              problem={problemOf(image, model)}
              onRetry={() => void app.controller.work((runner) => runner.retry([image.id], model))}
            />
          );
        })}
      </div>
      {matches !== null && <Differences matches={matches} colors={gallery.colors} lit={lit} onLit={setLit} />}
    </>
  );
}

function percent(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(1)} %`;
}
