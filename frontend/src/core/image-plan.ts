import type { ImageHeader } from "./image-header";

/** Rekognition says "4 MB"; this is the smaller reading of it. */
export const MAX_BYTES = 4_000_000;
const MIN_SIDE = 64;
/** With fewer pixels on a side there is nothing to see that enlarging could save. */
const LEAST_SIDE = 16;
export const MAX_SIDE = 4096;
const MAX_ASPECT = 20;
const THUMBNAIL_SIDE = 320;
/** Decoded, a pixel takes four bytes: this many are 400 MB, about what a browser tab can spare. */
const MAX_PIXELS = 100_000_000;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One try at encoding: the size to draw at and the JPEG quality, 0 to 1. */
export interface Encoding extends Size {
  readonly quality: number;
}

/** Say in one sentence why an image of this size cannot be used; null when it can. */
export function refusal(name: string, { width, height }: Size): string | null {
  const size = `${width} × ${height} px`;
  if (width * height > MAX_PIXELS) {
    return `“${name}” has ${Math.round((width * height) / 1e6)} megapixels (${size}), more than a browser can safely open; save it with at most ${MAX_PIXELS / 1e6} and try again.`;
  }
  if (Math.min(width, height) < LEAST_SIDE) {
    return `“${name}” is ${size}, but Rekognition needs ${MIN_SIDE} px on each side, and ${LEAST_SIDE} are the least that can be enlarged; choose a larger image.`;
  }
  if (Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) {
    return `“${name}” is ${size}, but Rekognition takes nothing longer than ${MAX_ASPECT} times its width; crop it and try again.`;
  }
  return null;
}

/** Whether the file can be sent as it is: right format and size, and nothing private in it. */
export function passesUntouched(header: ImageHeader, bytes: number): boolean {
  const { plain, width, height } = header;
  return plain && bytes <= MAX_BYTES && Math.max(width, height) <= MAX_SIDE && !isSmall(header);
}

/** Rekognition refuses images with fewer pixels on a side. */
function isSmall({ width, height }: Size): boolean {
  return Math.min(width, height) < MIN_SIDE;
}

/** The size and quality to try first: as it is, or as large, or as small, as Rekognition takes. */
export function firstEncoding(size: Size): Encoding {
  const factor = isSmall(size)
    ? MIN_SIDE / Math.min(size.width, size.height)
    : Math.min(1, MAX_SIDE / Math.max(size.width, size.height));
  return { ...scaled(size, factor), quality: 0.92 };
}

/** A picture for a gallery: sharp on a dense screen at 160 px, and some KB small. */
export function thumbnailEncoding(size: Size): Encoding {
  return {
    ...scaled(size, Math.min(1, THUMBNAIL_SIDE / Math.max(size.width, size.height))),
    quality: 0.8,
  };
}

/** What to try after `tried` came out as `bytes`, which was too large. */
export function nextEncoding(tried: Encoding, bytes: number): Encoding {
  const excess = bytes / MAX_BYTES;
  // A little quality is seen less than a smaller picture; beyond that, pixels go.
  if (tried.quality > 0.8 && excess < 1.5) return { ...tried, quality: 0.8 };
  return { ...scaled(tried, Math.min(0.9, 0.95 / Math.sqrt(excess))), quality: 0.8 };
}

function scaled({ width, height }: Size, factor: number): Size {
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/**
 * Say in a few words what was done to an image.
 *
 * @param from the file as chosen; its size is the upright one.
 * @param to what is sent and shown; null when that is the file itself.
 */
export function describePreparation(
  header: ImageHeader,
  from: Size & { readonly bytes: number },
  to: (Size & { readonly bytes: number }) | null,
): string {
  if (to === null) return `${dimensions(from)}, ${formatBytes(from.bytes)}, sent as it is`;
  const done = [changed(from, to), `${formatBytes(from.bytes)} → ${formatBytes(to.bytes)}`];
  if (header.orientation !== 1) done.push("rotation applied");
  if (header.format !== "JPEG") done.push(`${header.format} converted to JPEG`);
  if (header.format === "JPEG" && !header.plain) done.push("metadata removed");
  return done.join(", ");
}

function changed(from: Size, to: Size): string {
  if (from.width === to.width && from.height === to.height) return dimensions(from);
  if (to.width < from.width) return `${dimensions(from)} shrunk to ${dimensions(to)}`;
  return `${dimensions(from)} enlarged to ${dimensions(to)}, the least that Rekognition takes: labels are less sure`;
}

function dimensions({ width, height }: Size): string {
  return `${width}×${height}`;
}

function formatBytes(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} KB`;
}
