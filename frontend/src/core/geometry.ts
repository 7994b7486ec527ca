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
  const right = Math.max(left, share(box.left + box.width));
  const bottom = Math.max(top, share(box.top + box.height));
  return {
    x: left * width,
    y: top * height,
    width: (right - left) * width,
    height: (bottom - top) * height,
  };
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
