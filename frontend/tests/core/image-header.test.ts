import { expect, test } from "vitest";
import { readImageHeader } from "../../src/core/image-header";
import { png, pngChunk } from "../support/images";

const FRAME = [0xff, 0xc0, 0, 17, 8, 0x03, 0x20, 0x04, 0xb0, 3]; // 1200 × 800, three components
const JFIF = segment(0xe0, "JFIF\0");

function segment(marker: number, text: string): number[] {
  return [0xff, marker, 0, text.length + 2, ...Buffer.from(text, "latin1")];
}

function jpeg(...parts: readonly number[][]): Uint8Array {
  return Uint8Array.from([0xff, 0xd8, ...parts.flat(), ...new Array<number>(16).fill(0)]);
}

function exif(order: "II" | "MM", orientation: number): number[] {
  const tiff =
    order === "MM"
      ? [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
      : [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
  return segment(0xe1, `Exif\0\0${order}${Buffer.from(tiff).toString("latin1")}`);
}

test("a JPEG without metadata is plain and upright", () => {
  expect(readImageHeader(jpeg(JFIF, FRAME))).toEqual({
    format: "JPEG",
    width: 1200,
    height: 800,
    orientation: 1,
    plain: true,
  });
});

test.each(["II", "MM"] as const)("orientations in %s byte order are read", (order) => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const header = readImageHeader(jpeg(exif(order, orientation), FRAME));
    expect(header).toMatchObject({ orientation, plain: false });
  }
  expect(readImageHeader(jpeg(exif(order, 9), FRAME))).toMatchObject({ orientation: 1 });
});

test.each([
  ["EXIF", segment(0xe1, "Exif\0\0MM\0*\0\0\0\x08\0\0")],
  ["XMP", segment(0xe1, "http://ns.adobe.com/xap/1.0/\0")],
  ["IPTC", segment(0xed, "Photoshop 3.0\0")],
  ["further pictures", segment(0xe2, "MPF\0")],
  ["a comment", segment(0xfe, "at home")],
])("a JPEG with %s is not plain", (_, part) => {
  expect(readImageHeader(jpeg(JFIF, part, FRAME))).toMatchObject({ width: 1200, plain: false });
});

test("damaged EXIF does not make a JPEG unreadable", () => {
  const damaged = segment(0xe1, "Exif\0\0MM\0*\xff\xff\xff\xff");
  expect(readImageHeader(jpeg(damaged, FRAME))).toMatchObject({ width: 1200, orientation: 1, plain: false });
});

test("a colour profile is no metadata, but four colour components are not plain", () => {
  expect(readImageHeader(jpeg(segment(0xe2, "ICC_PROFILE\0"), FRAME))).toMatchObject({ plain: true });
  expect(readImageHeader(jpeg([...FRAME.slice(0, 9), 4]))).toMatchObject({ plain: false });
});

test("a PNG is plain unless it carries text or EXIF", () => {
  const plain = png("a.png", 70, 90);
  expect(readImageHeader(plain.buffer)).toEqual({
    format: "PNG",
    width: 70,
    height: 90,
    orientation: 1,
    plain: true,
  });
  for (const type of ["tEXt", "eXIf"]) {
    const { buffer } = png("a.png", 70, 90, [pngChunk(type, Buffer.from("GPS"))]);
    expect(readImageHeader(buffer)).toMatchObject({ width: 70, plain: false });
  }
});

test.each([
  ["GIF", "GIF89a" + "\x2c\x01\xc8\x00".padEnd(20, "\0"), 300, 200],
  ["WebP", "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x2c\x01\xc8\x00", 300, 200],
  ["WebP", "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x2b\x01\0\xc7\0\0", 300, 200],
  ["WebP", "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x2b\xc1\x31\0", 300, 200],
  ["BMP", "BM".padEnd(18, "\0") + "\x2c\x01\0\0\x38\xff\xff\xff", 300, 200],
  [
    "AVIF",
    "\0\0\0\x1cftypavif".padEnd(40, "\0") + "ispe\0\0\0\0\0\0\x01\x2c\0\0\0\xc8" + "\0".repeat(9),
    300,
    200,
  ],
  [
    "HEIC",
    "\0\0\0\x1cftypheic".padEnd(40, "\0") + "ispe\0\0\0\0\0\0\x01\x2c\0\0\0\xc8" + "\0".repeat(9),
    300,
    200,
  ],
])("the size of a %s is read", (format, text, width, height) => {
  expect(readImageHeader(Buffer.from(text, "latin1"))).toMatchObject({ format, width, height, plain: false });
});

test("what is no image, or ends too early, has no header", () => {
  const whole = jpeg(JFIF, exif("MM", 6), FRAME);
  for (let length = 0; length < whole.length - 16; length++) {
    expect(readImageHeader(whole.subarray(0, length))).toBeNull();
  }
  for (const text of [
    "",
    "x",
    "this is a text file named photo.jpg",
    "\xff\xd8 not really a JPEG",
    "<svg></svg>",
  ]) {
    expect(readImageHeader(Buffer.from(text, "latin1"))).toBeNull();
  }
  expect(readImageHeader(png("a.png", 0, 5).buffer)).toBeNull();
});

test("random bytes behind a good beginning never throw", () => {
  const whole = jpeg(JFIF, exif("MM", 6), FRAME);
  for (let run = 0; run < 2000; run++) {
    const bytes = whole.slice();
    for (let change = 0; change < 3; change++) {
      bytes[2 + ((run * 31 + change * 17) % (bytes.length - 2))] = (run * 97 + change * 53) % 256;
    }
    const header = readImageHeader(bytes);
    if (header !== null) expect(header.width * header.height).toBeGreaterThan(0);
  }
});
