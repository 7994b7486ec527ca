import { versionName } from "../../core/catalog";
import type { Mark } from "../../core/corrections";
import type { Size } from "../../core/image-plan";
import type { PageProps } from "../app-context";
import { Threshold } from "../threshold";
import { placeWords } from "./canvas";

interface OriginProps extends PageProps {
  /** ARNs of the models that have answered for this image. */
  readonly models: readonly string[];
  readonly model: string | null;
  /** Whether a person has changed the image's marks or found them right. */
  readonly touched: boolean;
  readonly onModel: (arn: string) => void;
  readonly onAccept: () => void;
  readonly onStartOver: () => void;
}

/** Where the marks come from: a model's labels above the threshold, or a person by now. */
export function Origin({ app, models, model, touched, onModel, onAccept, onStartOver }: OriginProps) {
  const { controller } = app;
  const { gallery } = app.state;
  if (touched) {
    return (
      <div class="explanation">
        <p>You have corrected this image; it is exported as it is shown.</p>
        <button type="button" onClick={onStartOver}>
          Start over
        </button>
      </div>
    );
  }
  return (
    <>
      {model === null ? (
        <p class="explanation">
          No model has answered for this image; mark it from scratch, or detect with a running model first.
        </p>
      ) : (
        <>
          <div class="field">
            <label for="origin">Labels of</label>
            <select id="origin" value={model} onChange={({ currentTarget }) => onModel(currentTarget.value)}>
              {models.map((arn) => (
                <option key={arn} value={arn} dir="auto">
                  {versionName(arn)}
                </option>
              ))}
            </select>
          </div>
          <Threshold
            percent={gallery.threshold}
            onPercent={(percent) => controller.dispatch({ type: "threshold", percent })}
          />
        </>
      )}
      <button type="button" onClick={onAccept}>
        All of it is right
      </button>
    </>
  );
}

interface MarkListProps {
  readonly marks: readonly Mark[];
  readonly colors: ReadonlyMap<string, number>;
  readonly selected: number | null;
  readonly size: Size;
  readonly onSelect: (id: number | null) => void;
  readonly onRename: (mark: Mark) => void;
  readonly onDelete: (mark: Mark) => void;
}

/** Every mark as a row, with what can be done to it. */
export function MarkList({ marks, colors, selected, size, onSelect, onRename, onDelete }: MarkListProps) {
  if (marks.length === 0)
    return <p class="muted">No labels. If that is right, choose “All of it is right”.</p>;
  return (
    <ul class="mark-list" aria-label="Labels">
      {marks.map((mark) => {
        const { id, name, box } = mark;
        const color = `label-${colors.get(name) ?? 0}`;
        return (
          <li
            key={id}
            class={id === selected ? `${color} lit` : color}
            onPointerEnter={() => onSelect(id)}
            onFocusIn={() => onSelect(id)}
          >
            <i class="swatch" />
            <p>
              <bdi>{name}</bdi>
              <small class="muted">{box === null ? "whole image" : placeWords(box, size)}</small>
            </p>
            <button type="button" aria-label={`Rename ${name}`} onClick={() => onRename(mark)}>
              Rename
            </button>
            <button type="button" aria-label={`Delete ${name}`} onClick={() => onDelete(mark)}>
              Delete
            </button>
          </li>
        );
      })}
    </ul>
  );
}
