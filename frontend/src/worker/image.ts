import { type ImageHeader, readImageHeader } from "../core/image-header";
import {
  describePreparation,
  firstEncoding,
  MAX_BYTES,
  nextEncoding,
  passesUntouched,
  refusal,
  thumbnailEncoding,
} from "../core/image-plan";
import type { PreparedImage } from "../messages";

/** A file that cannot be used; its message is one sentence for the person who chose it. */
export class Refusal extends Error {}

/**
 * Turn a file into an image that Rekognition takes: upright, at most 4096 px and 4,000,000 bytes.
 *
 * Re-encoding also drops what cameras write beside the picture, such as the place.
 *
 * @throws Refusal when the file is no image, or one that cannot be used.
 */
export async function prepareImage(signal: AbortSignal, file: File): Promise<PreparedImage> {
  const { header, start } = await readHeader(file);
  signal.throwIfAborted();
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Refusal(
      `“${file.name}” is a ${header.format} image that this browser cannot open, or it is damaged; save it as JPEG or PNG and try again.`,
    );
  });
  try {
    const from = { width: bitmap.width, height: bitmap.height, bytes: file.size };
    const refused = refusal(file.name, from);
    if (refused !== null) throw new Refusal(refused);
    const { orientation } = header;
    const original = { originalWidth: from.width, originalHeight: from.height, orientation };
    const thumbnail = await encode(bitmap, thumbnailEncoding(from));
    if (passesUntouched(header, file.size)) {
      // A copy: the file itself may change or go while the page still uses the image.
      const blob = new Blob([start], { type: header.format === "PNG" ? "image/png" : "image/jpeg" });
      const { width, height, bytes } = from;
      const note = describePreparation(header, from, null);
      return { ...original, blob, thumbnail, width, height, bytes, note };
    }
    let encoding = firstEncoding(from);
    for (;;) {
      signal.throwIfAborted();
      const blob = await encode(bitmap, encoding);
      if (blob.size <= MAX_BYTES) {
        const { width, height } = encoding;
        const note = describePreparation(header, from, { width, height, bytes: blob.size });
        return { ...original, blob, thumbnail, width, height, bytes: blob.size, note };
      }
      encoding = nextEncoding(encoding, blob.size);
    }
  } finally {
    bitmap.close();
  }
}

/** The header, and as many of the file's bytes as Rekognition takes. */
async function readHeader(file: File): Promise<{ header: ImageHeader; start: ArrayBuffer }> {
  if (file.size === 0) throw new Refusal(`“${file.name}” is empty (0 bytes); choose another file.`);
  let start: ArrayBuffer;
  try {
    start = await file.slice(0, MAX_BYTES).arrayBuffer();
  } catch {
    throw new Refusal(`“${file.name}” cannot be read; check that it still exists and is a file.`);
  }
  const header = readImageHeader(new Uint8Array(start));
  if (header === null) {
    throw new Refusal(
      `“${file.name}” is not an image that this app knows; choose a JPEG, PNG, WebP or AVIF file.`,
    );
  }
  // Before decoding: a small file can hold a picture larger than the memory.
  const refused = refusal(file.name, header);
  if (refused !== null) throw new Refusal(refused);
  return { header, start };
}

async function encode(
  bitmap: ImageBitmap,
  { width, height, quality }: { width: number; height: number; quality: number },
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null)
    throw new Refusal("This browser has no memory left for the image; close other tabs and try again.");
  context.fillStyle = "white"; // JPEG has no transparency
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}
