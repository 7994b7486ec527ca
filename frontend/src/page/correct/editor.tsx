import { useState } from "preact/hooks";
import { assignColors } from "../../core/colors";
import { type Edit, namesIn, type Subject } from "../../core/corrections";
import { type GalleryImage, labelsOf } from "../../core/gallery";
import type { RatioBox } from "../../core/geometry";
import { MOST_BOXES, MOST_IMAGE_LABELS } from "../../core/manifest-lines";
import type { ImageFacts } from "../../messages";
import type { PageProps } from "../app-context";
import { usePicture } from "../use-picture";
import { Canvas, type CanvasDeeds, placeWords } from "./canvas";
import { NameForm } from "./name-form";
import { MarkList, Origin } from "./side";
import { useCorrections } from "./store";

/** A new box is in the middle, where it is seen. */
const MIDDLE: RatioBox = { left: 0.375, top: 0.375, width: 0.25, height: 0.25 };

interface EditorProps extends PageProps {
  readonly image: GalleryImage;
  readonly facts: ImageFacts;
  readonly say: (words: string) => void;
}

/** Marks labels of one image by hand. */
export function Editor({ app, image, facts, say }: EditorProps) {
  const { gallery } = app.state;
  const store = useCorrections();
  const url = usePicture(app, image.id);
  const models = [...image.runs.keys()].filter((arn) => labelsOf(image, arn) !== null);
  const [wanted, setWanted] = useState<string | null>(null);
  const [selected, setSelected] = useState<number | null>(null);
  const [focus, setFocus] = useState<{ readonly id: number | null } | null>(null);
  /** The mark that is being renamed; "image" for a new label of the whole image. */
  const [naming, setNaming] = useState<number | "image" | null>(null);
  const model =
    [wanted, app.state.model].find((arn) => arn !== null && models.includes(arn)) ?? models[0] ?? null;
  const correction = store.corrections.get(image.id);
  const found = store.marksOf(image.id, model, labelsOf(image, model) ?? [], gallery.threshold);
  const marks = correction?.marks ?? found;
  const touched = correction !== undefined && correction.marks !== null;
  const names = [...new Set([...gallery.colors.keys(), ...namesIn(store.corrections)])].sort();
  const colors = assignColors(gallery.colors, names);
  const subject: Subject = {
    path: image.file.webkitRelativePath || image.file.name,
    type: image.file.type,
    size: { width: facts.originalWidth, height: facts.originalHeight },
    orientation: facts.orientation,
  };
  const { size } = subject;
  const change = (edit: Edit, words: string): void => {
    store.edit(image.id, subject, marks, edit);
    say(words);
  };
  const add = (box: RatioBox | null, name: string): number | null => {
    const many = marks.filter((mark) => (mark.box === null) === (box === null)).length;
    const most = box === null ? MOST_IMAGE_LABELS : MOST_BOXES;
    if (many >= most) {
      say(`A dataset takes ${most} ${box === null ? "labels of the whole image" : "boxes"} for an image`);
      return null;
    }
    const id = store.nextMark();
    change({ type: "add", mark: { id, name, box } }, `${name} added`);
    return id;
  };
  const deeds: CanvasDeeds = {
    select: setSelected,
    add(box) {
      const last = marks.findLast((mark) => mark.box !== null);
      const id = add(box ?? MIDDLE, last?.name ?? names[0] ?? "object");
      if (id === null) return;
      setSelected(id);
      setNaming(id);
    },
    place(mark, box, nudge) {
      change({ type: "place", id: mark.id, box, nudge }, `${mark.name}: ${placeWords(box, size)}`);
    },
    remove(mark) {
      const boxes = marks.filter(({ box }) => box !== null);
      const at = boxes.indexOf(mark);
      setFocus({ id: at < 0 ? null : ((boxes[at + 1] ?? boxes[at - 1])?.id ?? null) });
      change({ type: "delete", id: mark.id }, `${mark.name} deleted`);
    },
    rename: ({ id }) => setNaming(id),
    leave() {
      setSelected(null);
      document.getElementById("add-box")?.focus();
    },
  };
  const named = (name: string): void => {
    if (naming === "image") add(null, name);
    else if (naming !== null) change({ type: "rename", id: naming, name }, `Renamed to ${name}`);
    finish();
  };
  const finish = (): void => {
    setFocus({ id: naming === "image" ? null : naming });
    setNaming(null);
  };
  const step = (type: "undo" | "redo") => change({ type }, type === "undo" ? "Undone" : "Done again");
  const renamed = marks.find(({ id }) => id === naming);
  return (
    <div
      class="editor"
      onKeyDown={(event) => {
        const key = event.key.toLowerCase();
        if (!(event.ctrlKey || event.metaKey) || event.target instanceof HTMLInputElement) return;
        if (key !== "z" && key !== "y") return;
        event.preventDefault();
        step(key === "y" || event.shiftKey ? "redo" : "undo");
      }}
    >
      <div class="work">
        <section class="stage" aria-label="Image">
          <Canvas
            url={url}
            name={image.name}
            size={size}
            marks={marks}
            colors={colors}
            selected={selected}
            focus={focus}
            deeds={deeds}
          />
        </section>
        {naming === null ? (
          <div class="buttons">
            <button id="add-box" type="button" onClick={() => deeds.add(null)}>
              Add a box
            </button>
            <button type="button" onClick={() => setNaming("image")}>
              Label the whole image
            </button>
            <button type="button" aria-disabled={!correction?.past.length} onClick={() => step("undo")}>
              Undo
            </button>
            <button type="button" aria-disabled={!correction?.future.length} onClick={() => step("redo")}>
              Redo
            </button>
          </div>
        ) : (
          <NameForm
            key={naming}
            title={
              naming === "image"
                ? "Label of the whole image"
                : renamed?.box === null
                  ? "Name of the label"
                  : "Name of the box"
            }
            name={renamed?.name ?? ""}
            names={names}
            onName={named}
            onCancel={finish}
          />
        )}
        <p id="keys" class="muted">
          Drag on the image to draw a box. With the keyboard: Tab to a box, arrows move it, Shift and arrows
          resize it, Enter renames, Delete removes, N adds one, Escape leaves; Ctrl Z undoes.
        </p>
      </div>
      <div class="side">
        <Origin
          app={app}
          models={models}
          model={model}
          touched={touched}
          onModel={setWanted}
          onAccept={() => change({ type: "accept" }, "This image counts as right")}
          onStartOver={() => change({ type: "start-over" }, "Back to what the model found")}
        />
        <MarkList
          marks={marks}
          colors={colors}
          selected={selected}
          size={size}
          onSelect={setSelected}
          onRename={({ id }) => setNaming(id)}
          onDelete={deeds.remove}
        />
      </div>
    </div>
  );
}
