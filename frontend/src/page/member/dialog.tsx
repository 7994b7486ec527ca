import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface DialogProps {
  readonly title: ComponentChildren;
  /** Told when the person has closed it; the parent then takes it away. */
  readonly onClose: () => void;
  /** Given what closes the dialog, so that the focus goes back to where it came from. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A modal dialog, open from when it is drawn. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      {children(() => ref.current?.close())}
    </dialog>
  );
}
