import { useEffect, useState } from "preact/hooks";

/** An address under which the page can show a file; null until there is one. */
export function useFileUrl(file: File): string | null {
  const [shown, setShown] = useState<{ readonly file: File; readonly url: string } | null>(null);
  useEffect(() => {
    const url = URL.createObjectURL(file);
    setShown({ file, url });
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return shown?.file === file ? shown.url : null;
}
