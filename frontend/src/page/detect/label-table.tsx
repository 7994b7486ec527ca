import type { ShownLabel } from "../../core/state";
import type { Controller } from "../controller";
import { lighting } from "./lighting";

interface LabelTableProps {
  readonly labels: readonly ShownLabel[];
  readonly lit: number | null;
  readonly controller: Controller;
}

/** What was found, as chips for the whole image and as a table. */
export function LabelTable({ labels, lit, controller }: LabelTableProps) {
  const ofImage = labels.filter(({ box }) => box === null);
  return (
    <>
      {ofImage.length > 0 && (
        <p class="chips" aria-hidden="true">
          {ofImage.map(({ index, name, color }) => (
            <span key={index} class={`tag label-${color}`} dir="auto">
              {name}
            </span>
          ))}
        </p>
      )}
      <table>
        <caption>Labels</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Confidence</th>
          </tr>
        </thead>
        <tbody>
          {labels.map(({ index, name, confidence, color }) => (
            <tr
              key={index}
              tabIndex={0}
              class={index === lit ? `label-${color} lit` : `label-${color}`}
              {...lighting(controller, index)}
              onFocus={() => controller.dispatch({ type: "lit", index })}
              onBlur={() => controller.dispatch({ type: "lit", index: null })}
            >
              <td>
                <i class="swatch" />
                <bdi>{name}</bdi>
              </td>
              <td>{confidence.toFixed(1)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
