/** Which numbers of a document do not say where they come from (promise 8). */

const words = new Set(['measured', 'calibrated', 'estimated']);

/** What in a document may be a bare number, and what speaks for the numbers beneath it. */
export interface FigureRules {
  /**
   * Paths of numbers that are no figures (`variants[].bytes`, `*` for one key), each with the
   * reason: counted, stated by an author, or computed from figures beside it.
   */
  readonly exact?: Readonly<Record<string, string>>;
  /** Paths of objects whose provenance speaks for everything beneath them; '' is the document. */
  readonly whole?: readonly string[];
}

/**
 * Paths of the numbers that neither stand in an object with a provenance, nor beneath one that
 * speaks for all of it, nor are listed as exact.
 */
export function unsourced(document: unknown, { exact = {}, whole = [] }: FigureRules): string[] {
  const listed = Object.keys(exact).map(patternOf);
  const speaksForAll = whole.map(patternOf);
  const found: string[] = [];
  const walk = (value: unknown, path: string, holder: boolean, above: boolean): void => {
    if (typeof value === 'number') {
      if (!holder && !above && !listed.some((one) => one.test(path))) found.push(path);
    } else if (Array.isArray(value)) {
      for (const item of value) walk(item, `${path}[]`, holder, above);
    } else if (typeof value === 'object' && value !== null) {
      const says = words.has((value as { provenance?: string }).provenance ?? '');
      const all = above || (says && speaksForAll.some((one) => one.test(path)));
      for (const [key, inner] of Object.entries(value))
        walk(inner, path === '' ? key : `${path}.${key}`, says, all);
    }
  };
  walk(document, '', false, false);
  return [...new Set(found)];
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/[.[\]]/g, '\\$&').replaceAll('*', '[^.]+')}$`);

/** Copies of a document, each without one of its provenances that speaks for a number. */
export function* withoutOneProvenance<T>(document: T): Generator<[path: string, copy: T]> {
  for (const path of provenances(document, [])) {
    const copy = structuredClone(document);
    const holder = path.reduce<Record<string, unknown>>(
      (at, key) => at[key] as Record<string, unknown>,
      copy as Record<string, unknown>,
    );
    delete holder.provenance;
    yield [path.join('.'), copy];
  }
}

function* provenances(value: unknown, path: readonly string[]): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  if ('provenance' in value) yield path;
  for (const [key, inner] of Object.entries(value)) yield* provenances(inner, [...path, key]);
}
