import { toPixels } from "../core/geometry";
import type { PaintedLabel } from "../messages";

/** Draw labels onto an image. */
export async function annotate(image: Blob, labels: readonly PaintedLabel[]): Promise<Blob> {
  const bitmap = await createImageBitmap(image);
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no memory for a canvas");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  // In a size that can be read when the whole image is seen on a screen.
  const unit = Math.max(2, Math.max(width, height) / 500);
  const line = 8 * unit;
  context.font = `600 ${5.5 * unit}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  let ofImage = 0;
  for (const { name, confidence, box, color } of labels) {
    const place = box && toPixels(box, width, height);
    if (place !== null) {
      context.lineWidth = unit * 1.6;
      context.strokeStyle = "white";
      context.strokeRect(place.x, place.y, place.width, place.height);
      context.lineWidth = unit;
      context.strokeStyle = color;
      context.strokeRect(place.x, place.y, place.width, place.height);
    }
    // Labels of the whole image stand below each other in its corner.
    const [x, y] =
      place === null ? [unit, unit + line * 1.2 * ofImage++] : [place.x, Math.max(0, place.y - line)];
    const words = `${name} ${confidence.toFixed(1)} %`;
    const across = Math.min(width, context.measureText(words).width + 4 * unit);
    const left = Math.max(0, Math.min(x, width - across));
    context.fillStyle = color;
    context.fillRect(left, y, across, line);
    context.fillStyle = "white";
    context.fillText(words, left + 2 * unit, y + line / 2, across - 4 * unit);
  }
  return canvas.convertToBlob({ type: "image/png" });
}
