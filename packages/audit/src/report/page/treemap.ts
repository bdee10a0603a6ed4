export interface Sized {
  readonly size: number;
}

export interface Placed<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides an area among items by their size, in rectangles as square as can be (Bruls, Huizing and
 * van Wijk, "Squarified treemaps", 2000).
 */
export function treemap<T extends Sized>(items: readonly T[], area: Area): Placed<T>[] {
  const sorted = items.filter(({ size }) => size > 0).toSorted((a, b) => b.size - a.size);
  const total = sorted.reduce((sum, { size }) => sum + size, 0);
  const scale = total > 0 ? (area.width * area.height) / total : 0;
  const placed: Placed<T>[] = [];
  let left = area;
  for (let at = 0; at < sorted.length; ) {
    const side = Math.min(left.width, left.height);
    const row = rowFrom(sorted, at, side, scale);
    left = place(row, left, scale, placed);
    at += row.length;
  }
  return placed;
}

/** As many items as make the row's worst rectangle no longer. */
function rowFrom<T extends Sized>(
  items: readonly T[],
  from: number,
  side: number,
  scale: number,
): T[] {
  let row = items.slice(from, from + 1);
  for (let to = from + 2; to <= items.length; to++) {
    const longer = items.slice(from, to);
    if (worst(longer, side, scale) > worst(row, side, scale)) break;
    row = longer;
  }
  return row;
}

/** The greatest ratio of sides in a row. */
function worst(row: readonly Sized[], side: number, scale: number): number {
  const areas = row.map(({ size }) => size * scale);
  const sum = areas.reduce((a, b) => a + b, 0);
  return Math.max(
    (side ** 2 * Math.max(...areas)) / sum ** 2,
    sum ** 2 / (side ** 2 * Math.min(...areas)),
  );
}

function place<T extends Sized>(
  row: readonly T[],
  area: Area,
  scale: number,
  placed: Placed<T>[],
): Area {
  const sum = row.reduce((total, { size }) => total + size * scale, 0);
  const isWide = area.width >= area.height;
  const thick = sum / (isWide ? area.height : area.width);
  let at = isWide ? area.y : area.x;
  for (const item of row) {
    const long = (item.size * scale) / thick;
    placed.push(
      isWide
        ? { item, x: area.x, y: at, width: thick, height: long }
        : { item, x: at, y: area.y, width: long, height: thick },
    );
    at += long;
  }
  return isWide
    ? { ...area, x: area.x + thick, width: Math.max(0, area.width - thick) }
    : { ...area, y: area.y + thick, height: Math.max(0, area.height - thick) };
}
