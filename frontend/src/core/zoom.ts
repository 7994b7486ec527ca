/** How many times larger than fitted an image is shown at most. */
const MOST = 16;

/** A change of `scale` by `factor`, within what is shown. */
export function zoomed(scale: number, factor: number): number {
  const next = Math.min(MOST, Math.max(1, scale * factor));
  return next < 1.02 ? 1 : next;
}

/** Where to scroll to, so that what was under a point of the view stays there when all grows `by` times. */
export function scrollAfter(scroll: number, point: number, by: number): number {
  return (scroll + point) * by - point;
}

/** The factor of one turn of a wheel, whose steps differ by device. */
export function wheelFactor(deltaY: number): number {
  return Math.exp(-Math.min(100, Math.max(-100, deltaY)) / 250);
}
