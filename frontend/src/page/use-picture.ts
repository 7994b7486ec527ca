import { useEffect, useState } from "preact/hooks";
import type { AppContext } from "./app-context";
import { JobError } from "./worker-client";

/** An address of the image as it was sent; null until there is one. */
export function usePicture({ controller }: AppContext, id: number): string | null {
  const [shown, setShown] = useState<{ readonly id: number; readonly url: string } | null>(null);
  useEffect(() => {
    let url: string | null = null;
    let isOver = false;
    controller.runner?.picture(id).then(
      ({ blob }) => {
        if (isOver) return;
        url = URL.createObjectURL(blob);
        setShown({ id, url });
      },
      // The file has gone since; what is left of it is its thumbnail.
      (error: unknown) => {
        if (!(error instanceof JobError)) throw error;
      },
    );
    return () => {
      isOver = true;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [id]);
  return shown?.id === id ? shown.url : null;
}
