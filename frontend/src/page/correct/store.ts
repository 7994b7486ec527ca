import { useEffect, useState } from "preact/hooks";
import {
  type Corrections,
  type Edit,
  edit,
  isUnsaved,
  type Mark,
  marksOf,
  type Subject,
} from "../../core/corrections";
import type { Label } from "../../messages";

/** All corrections of this tab. They are here, and not in the page, so that leaving the page loses nothing. */
class CorrectionStore {
  corrections: Corrections = new Map();
  /** As they were when they were last exported. */
  private exported: Corrections = new Map();
  private lastMark = 0;
  /** The marks of what a model found, by image and model: the same ones each time they are asked for. */
  private readonly firstMarks = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  constructor() {
    addEventListener("beforeunload", (event) => {
      if (this.unsaved) event.preventDefault();
    });
    // Another person has signed in.
    addEventListener("app-reset", () => {
      this.corrections = new Map();
      this.exported = new Map();
    });
  }

  get unsaved(): boolean {
    return isUnsaved(this.corrections, this.exported);
  }

  /** The labels that a model found in an image, as marks. */
  marksOf(image: number, model: string | null, labels: readonly Label[], threshold: number): readonly Mark[] {
    const key = `${image} ${model}`;
    const first = this.firstMarks.get(key) ?? this.lastMark + 1;
    if (!this.firstMarks.has(key)) {
      this.firstMarks.set(key, first);
      this.lastMark += labels.length;
    }
    return marksOf(labels, threshold, first);
  }

  nextMark(): number {
    return ++this.lastMark;
  }

  edit(image: number, subject: Subject, shown: readonly Mark[], change: Edit): void {
    this.corrections = edit(this.corrections, image, subject, shown, change);
    this.tell();
  }

  /** The corrections have been written to a file. */
  saved(): void {
    this.exported = this.corrections;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const STORE = new CorrectionStore();

/** The corrections; the component is drawn again when they change. */
export function useCorrections(): CorrectionStore {
  const [, draw] = useState(0);
  useEffect(() => STORE.listen(() => draw((count) => count + 1)), []);
  return STORE;
}
