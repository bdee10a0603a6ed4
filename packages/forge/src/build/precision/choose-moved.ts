/** One way to mix: which groups are in 16 bit, and what was found. */
export interface Candidate {
  /** Indices of groups. */
  readonly moved: readonly number[];
  readonly bytes: number;
  /** Whether it holds its bar. */
  readonly holds: boolean;
}

/** Builds and measures mixtures; those of one call beside each other. */
export type TryMixtures = (moved: readonly (readonly number[])[]) => Promise<Candidate[]>;

/** How many mixtures are tried at once, and in all when moved layers are tried back in 8 bits. */
const atOnce = 3;
const mostTriedBack = 12;

/**
 * Chooses what stays in 8 bits. The most sensitive groups are moved to 16 bit until the bar is
 * met: the shortest beginning of `order` that meets it is found by bisection, taking it that moving
 * more never loses what was gained. From that one each moved group, the largest first, is tried
 * back in 8 bits and stays there if the bar still holds.
 *
 * @param order groups, the most sensitive first
 * @param sizes what a group gains by being in 8 bits, bytes
 * @returns the smallest that holds, and all that was tried; no choice where not even all in 16 bit holds
 */
export async function chooseMoved(
  order: readonly number[],
  sizes: readonly number[],
  tryMixtures: TryMixtures,
): Promise<{ readonly chosen: Candidate | undefined; readonly tried: readonly Candidate[] }> {
  const tried: Candidate[] = [];
  const attempt = async (moved: readonly (readonly number[])[]): Promise<Candidate[]> => {
    const found = await tryMixtures(moved);
    tried.push(...found);
    return found;
  };
  const start = await shortestBeginning(order, attempt);
  if (!start) return { chosen: undefined, tried };
  let best = start;
  const bySize = [...start.moved].sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  // The last one of the beginning is needed: without it the bar was missed.
  const worthTrying = bySize.filter((group) => group !== start.moved.at(-1));
  for (const group of worthTrying.slice(0, mostTriedBack)) {
    const [back] = await attempt([best.moved.filter((moved) => moved !== group)]);
    if (back?.holds && back.bytes < best.bytes) best = back;
  }
  // Of two that hold it is the smaller, even where it moves more layers: they may be small ones.
  const held = tried.filter(({ holds }) => holds);
  const chosen = held.reduce((least, one) => (one.bytes < least.bytes ? one : least), best);
  return { chosen, tried };
}

async function shortestBeginning(
  order: readonly number[],
  attempt: TryMixtures,
): Promise<Candidate | undefined> {
  // -1: nothing was seen to hold or to miss yet on that side.
  let missing = -1;
  let holding = order.length + 1;
  let best: Candidate | undefined;
  while (holding - missing > 1) {
    const lengths = between(missing, holding, order.length);
    const found = await attempt(lengths.map((length) => order.slice(0, length)));
    for (const [at, candidate] of found.entries()) {
      const length = lengths[at] as number;
      if (candidate.holds && length < holding) {
        holding = length;
        best = candidate;
      }
    }
    for (const [at, { holds }] of found.entries()) {
      const length = lengths[at] as number;
      if (!holds && length < holding && length > missing) missing = length;
    }
    if (holding > order.length && missing === order.length) return undefined;
  }
  return best;
}

/** Up to three lengths inside an open interval; both ends first, where they were not tried. */
function between(missing: number, holding: number, most: number): number[] {
  const lengths = new Set<number>();
  if (missing === -1) lengths.add(0);
  if (holding > most) lengths.add(most);
  for (let part = 1; part <= atOnce; part += 1) {
    const length = Math.round(missing + (part * (holding - missing)) / (atOnce + 1));
    if (lengths.size < atOnce && length > missing && length < holding) lengths.add(length);
  }
  return [...lengths].sort((a, b) => a - b);
}
