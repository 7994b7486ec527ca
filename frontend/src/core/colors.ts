/** How many label colours the style sheet has (`--label-0` and up). */
export const COLOR_COUNT = 8;

/**
 * Give each new name a colour: the one its letters hash to, or the next free one while any is free.
 *
 * A name keeps its colour for as long as the page lives, and nearly always between visits.
 */
export function assignColors(
  taken: ReadonlyMap<string, number>,
  names: Iterable<string>,
): ReadonlyMap<string, number> {
  const colors = new Map(taken);
  for (const name of [...new Set(names)].sort()) {
    if (colors.has(name)) continue;
    const used = new Set(colors.values());
    let color = hash(name) % COLOR_COUNT;
    if (used.size < COLOR_COUNT) while (used.has(color)) color = (color + 1) % COLOR_COUNT;
    colors.set(name, color);
  }
  return colors;
}

/** FNV-1a over the name's UTF-16 units. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) value = Math.imul(value ^ name.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
