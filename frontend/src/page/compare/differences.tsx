import { type Match, signed } from "../../core/compare";
import { labelOf } from "./side";

interface DifferencesProps {
  readonly matches: readonly Match[];
  readonly colors: ReadonlyMap<string, number>;
  readonly lit: number | null;
  readonly onLit: (index: number | null) => void;
}

/** What both models found in an image, and what only one of them found. */
export function Differences({ matches, colors, lit, onLit }: DifferencesProps) {
  if (matches.length === 0) return <p class="muted">Neither model found a label above the threshold.</p>;
  return (
    <table class="differences">
      <caption>Labels of this image</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">A</th>
          <th scope="col">B</th>
          <th scope="col">Difference</th>
        </tr>
      </thead>
      <tbody>
        {matches.map((match, index) => {
          const [a, b] = [labelOf(match, "a"), labelOf(match, "b")];
          const name = a?.name ?? b?.name ?? "";
          const color = `label-${colors.get(name) ?? 0}`;
          return (
            <tr
              key={index}
              tabIndex={0}
              class={index === lit ? `${color} lit` : color}
              onPointerEnter={() => onLit(index)}
              onPointerLeave={() => onLit(null)}
              onFocus={() => onLit(index)}
              onBlur={() => onLit(null)}
            >
              <td>
                <i class="swatch" />
                <bdi>{name}</bdi>
              </td>
              <td>{a === null ? "–" : `${a.confidence.toFixed(1)} %`}</td>
              <td>{b === null ? "–" : `${b.confidence.toFixed(1)} %`}</td>
              <td>
                {match.kind === "both"
                  ? signed(match.b.confidence - match.a.confidence)
                  : match.kind === "a"
                    ? "only A"
                    : "only B"}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
