/** The image files in dropped folders, at any depth; other files are left out. */
export async function imagesIn(entries: readonly FileSystemEntry[]): Promise<readonly File[]> {
  const files: File[] = [];
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await imagesIn(await list(entry as FileSystemDirectoryEntry))));
    else files.push(await open(entry as FileSystemFileEntry));
  }
  return imagesOf(files);
}

/** What is an image to judge by its kind: a folder holds other files, too. */
export function imagesOf(files: Iterable<File>): readonly File[] {
  return [...files].filter(({ type }) => type.startsWith("image/"));
}

async function list(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    // A browser gives a hundred at a time, and none at the end.
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (more.length === 0) return entries.sort((one, other) => one.name.localeCompare(other.name));
    entries.push(...more);
  }
}

function open(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
