import { crc32, deflateSync } from "node:zlib";
import type { Page } from "playwright-core";

export interface TestFile {
  readonly name: string;
  readonly buffer: Buffer;
}

/** Draw a JPEG in the browser: red, green, blue and white corners (clockwise from top left) on noise or grey. */
export async function jpeg(
  page: Page,
  width: number,
  height: number,
  { quality = 0.9, noise = 0 } = {},
): Promise<TestFile> {
  const base64 = await page.evaluate(
    async ({ width, height, quality, noise }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      const tile = new OffscreenCanvas(256, 256);
      const tileContext = tile.getContext("2d") as OffscreenCanvasRenderingContext2D;
      const pixels = tileContext.createImageData(256, 256);
      for (let at = 0; at < pixels.data.length; at++) {
        pixels.data[at] = at % 4 === 3 ? 255 : 128 + (Math.random() - 0.5) * noise;
      }
      tileContext.putImageData(pixels, 0, 0);
      context.fillStyle = context.createPattern(tile, "repeat") as CanvasPattern;
      context.fillRect(0, 0, width, height);
      const [x, y] = [width / 4, height / 4];
      for (const [color, left, top] of [
        ["red", 0, 0],
        ["lime", width - x, 0],
        ["blue", width - x, height - y],
        ["white", 0, height - y],
      ] as const) {
        context.fillStyle = color;
        context.fillRect(left, top, x, y);
      }
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
      return new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve((reader.result as string).split(",")[1] ?? "");
        reader.readAsDataURL(blob);
      });
    },
    { width, height, quality, noise },
  );
  return { name: "photo.jpg", buffer: Buffer.from(base64, "base64") };
}

/** Write an EXIF segment with an orientation and a place into a JPEG. */
export function withExif(file: TestFile, orientation: number): TestFile {
  const tiff = Buffer.from([
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 2], // big endian, directory at 8 with two entries
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0], // GPS directory at 38
    ...[0, 0],
  ]);
  const body = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
  const { buffer } = file;
  return { ...file, buffer: Buffer.concat([buffer.subarray(0, 2), head, body, buffer.subarray(2)]) };
}

/** A white PNG of one bit per pixel: many megapixels in few bytes. */
export function png(name: string, width: number, height: number, extra: readonly Buffer[] = []): TestFile {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const row = Buffer.alloc(1 + Math.ceil(width / 8), 0xff);
  row[0] = 0;
  const rows = Buffer.alloc(row.length * height);
  for (let at = 0; at < height; at++) row.copy(rows, at * row.length);
  const buffer = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", head),
    ...extra,
    pngChunk("IDAT", deflateSync(rows, { level: 1 })),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
  return { name, buffer };
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** The corner colours of an image, clockwise from top left, and its size. */
export async function look(
  page: Page,
  image: Buffer,
): Promise<{ width: number; height: number; corners: string[] }> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "none" });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(bitmap, 0, 0);
    const corners = [
      [5, 5],
      [width - 6, 5],
      [width - 6, height - 6],
      [5, height - 6],
    ].map(([x = 0, y = 0]) => {
      const [red = 0, green = 0, blue = 0] = context.getImageData(x, y, 1, 1).data;
      const bits = [red, green, blue].map((part) => (part > 128 ? 1 : 0)).join("");
      return { "100": "red", "010": "green", "001": "blue", "111": "white" }[bits] ?? bits;
    });
    return { width, height, corners };
  }, image.toString("base64"));
}
