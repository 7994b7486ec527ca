/** What an image file says about itself before anything is decoded. */
export interface ImageHeader {
  readonly format: "JPEG" | "PNG" | "GIF" | "WebP" | "BMP" | "AVIF" | "HEIC";
  /** Stored width and height in pixels, before any rotation. */
  readonly width: number;
  readonly height: number;
  /** The EXIF orientation of a JPEG, 1 to 8; 1 where nothing is said. */
  readonly orientation: number;
  /** A JPEG or PNG that Rekognition reads as it is, and that carries nothing besides the picture. */
  readonly plain: boolean;
}

/**
 * Read an image's kind and size from its first bytes.
 *
 * @returns null for anything that is not a known kind of image, or ends before it says its size.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = unlessCutShort(() => readKind(view), null);
  return header !== null && header.width > 0 && header.height > 0 ? header : null;
}

/** DataView throws RangeError past the end of the bytes. */
function unlessCutShort<Result>(read: () => Result, otherwise: Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return otherwise;
    throw error;
  }
}

function readKind(view: DataView): ImageHeader | null {
  if (view.getUint16(0) === 0xffd8) return readJpeg(view);
  if (view.getUint32(0) === 0x89504e47) return readPng(view);
  const kind = ascii(view, 0, 4);
  if (kind === "GIF8") return decodedOnly("GIF", view.getUint16(6, true), view.getUint16(8, true));
  if (kind === "RIFF" && ascii(view, 8, 4) === "WEBP") return readWebp(view);
  if (kind.startsWith("BM")) {
    // A negative height says that the rows run from the top.
    return decodedOnly("BMP", view.getInt32(18, true), Math.abs(view.getInt32(22, true)));
  }
  if (ascii(view, 4, 4) === "ftyp") return readIsoMedia(view);
  return null;
}

function decodedOnly(format: ImageHeader["format"], width: number, height: number): ImageHeader {
  return { format, width, height, orientation: 1, plain: false };
}

function readJpeg(view: DataView): ImageHeader | null {
  let orientation = 1;
  let plain = true;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    const length = view.getUint16(at + 2);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const components = view.getUint8(at + 9);
      return {
        format: "JPEG",
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        orientation,
        // Four components are CMYK.
        plain: plain && components !== 4,
      };
    }
    if (marker === 0xe1 && ascii(view, at + 4, 4) === "Exif") {
      // Damaged metadata does not make the picture unreadable.
      orientation = unlessCutShort(() => exifOrientation(view, at + 10), 1);
    }
    const isComment = marker === 0xfe;
    const isApplication = marker >= 0xe1 && marker <= 0xef && marker !== 0xee;
    const isColorProfile = marker === 0xe2 && ascii(view, at + 4, 11) === "ICC_PROFILE";
    if (isComment || (isApplication && !isColorProfile)) plain = false;
    at += 2 + length;
  }
}

function exifOrientation(view: DataView, tiff: number): number {
  const little = ascii(view, tiff, 2) === "II";
  const directory = tiff + view.getUint32(tiff + 4, little);
  const entries = view.getUint16(directory, little);
  for (let entry = directory + 2; entry < directory + 2 + entries * 12; entry += 12) {
    if (view.getUint16(entry, little) === 0x0112) {
      const value = view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}

/** PNG chunks that describe the picture and say nothing about who made it, where or when. */
const PLAIN_CHUNKS = "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST cICP".split(" ");

function readPng(view: DataView): ImageHeader {
  let plain = true;
  let at = 8;
  while (plain && at + 8 <= view.byteLength) {
    plain = PLAIN_CHUNKS.includes(ascii(view, at + 4, 4));
    at += 12 + view.getUint32(at);
  }
  return { format: "PNG", width: view.getUint32(16), height: view.getUint32(20), orientation: 1, plain };
}

function readWebp(view: DataView): ImageHeader | null {
  const kind = ascii(view, 12, 4);
  if (kind === "VP8X") return decodedOnly("WebP", uint24(view, 24) + 1, uint24(view, 27) + 1);
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return decodedOnly("WebP", (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (kind === "VP8 ") {
    return decodedOnly("WebP", view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  }
  return null;
}

/** AVIF and HEIC: the largest of the sizes (`ispe` boxes) that the file's items have. */
function readIsoMedia(view: DataView): ImageHeader | null {
  const brand = ascii(view, 8, 4);
  const format = brand.startsWith("avi") ? "AVIF" : /^(hei|hev|mif1)/.test(brand) ? "HEIC" : null;
  if (format === null) return null;
  let width = 0;
  let height = 0;
  // Metadata comes first in these files; looking through megabytes of picture would find sizes by chance.
  const end = Math.min(view.byteLength - 16, 65_536);
  for (let at = 12; at < end; at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    width = Math.max(width, view.getUint32(at + 8));
    height = Math.max(height, view.getUint32(at + 12));
  }
  return decodedOnly(format, width, height);
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

function ascii(view: DataView, at: number, length: number): string {
  let text = "";
  for (let index = at; index < at + length; index++) text += String.fromCharCode(view.getUint8(index));
  return text;
}
