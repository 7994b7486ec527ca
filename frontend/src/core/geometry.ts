/** A box as Rekognition gives it: shares of the image's width and height; may reach outside 0 to 1. */
export interface RatioBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A box in image pixels, inside the image. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Place `box` on an image of `width` by `height` pixels, cut to the image's edges. */
export function toPixels(box: RatioBox, width: number, height: number): PixelBox {
  const left = share(box.left);
  const top = share(box.top);
  return {
    x: left * width,
    y: top * height,
    width: (share(box.left + box.width) - left) * width,
    height: (share(box.top + box.height) - top) * height,
  };
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
