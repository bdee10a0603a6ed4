/**
 * Sizes as far as they are known: a number, a polynomial in symbols, or `null`. Equal texts are
 * equal sizes in every run.
 */

/** A sum of products of symbols with whole coefficients, in one canonical form. */
export interface Expression {
  /** `2*n*heads + n - 3`. */
  readonly text: string;
  /** Coefficient by the product it belongs to: symbols in order, joined by {@link times}. */
  readonly terms: ReadonlyMap<string, number>;
}

export type Dim = number | Expression | null;

/** Expressions with more terms than this are not followed. */
const maxTerms = 12;
const times = '\u0000';

/** A free size by name. */
export const symbol = (name: string): Dim => expression(new Map([[name, 1]]));

export const isExpression = (dim: Dim | undefined): dim is Expression =>
  typeof dim === 'object' && dim !== null;

/** Whether two sizes are the same in every run; two unknown ones are not known to be. */
export function sameDim(a: Dim, b: Dim): boolean {
  if (isExpression(a)) return isExpression(b) && a.text === b.text;
  return a !== null && a === b && Number.isFinite(a);
}

export function addDims(a: Dim, b: Dim): Dim {
  if (a === null || b === null) return null;
  if (typeof a === 'number' && typeof b === 'number') return safe(a + b);
  const sum = new Map(termsOf(a));
  for (const [key, factor] of termsOf(b)) sum.set(key, (sum.get(key) ?? 0) + factor);
  return expression(sum);
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  if (a === 0 || b === 0) return 0;
  if (a === null || b === null) return null;
  if (typeof a === 'number' && typeof b === 'number') return safe(a * b);
  const product = new Map<string, number>();
  for (const [left, x] of termsOf(a)) {
    for (const [right, y] of termsOf(b)) {
      const key = [...symbolsOf(left), ...symbolsOf(right)].sort().join(times);
      product.set(key, (product.get(key) ?? 0) + x * y);
    }
  }
  return expression(product);
}

export const subtractDims = (a: Dim, b: Dim): Dim => addDims(a, multiplyDims(b, -1));

export const sumOf = (dims: readonly Dim[]): Dim => dims.reduce<Dim>(addDims, 0);
export const productOf = (dims: readonly Dim[]): Dim => dims.reduce<Dim>(multiplyDims, 1);

/** `a / b` where it leaves no remainder whatever the symbols are; `null` where that is not known. */
export function divideExactly(a: Dim, b: Dim): Dim {
  if (a === null || b === null || b === 0) return null;
  if (sameDim(a, b)) return 1;
  const [only, ...others] = termsOf(b);
  if (!only || others.length > 0) return null;
  const [key, factor] = only;
  const quotient = new Map<string, number>();
  for (const [dividend, value] of termsOf(a)) {
    const rest = without(symbolsOf(dividend), symbolsOf(key));
    if (!rest || value % factor !== 0) return null;
    quotient.set(rest.join(times), value / factor);
  }
  return expression(quotient);
}

/** The whole number below or at `a / b`; what cannot be divided becomes a symbol of its own. */
export function floorDivide(a: Dim, b: Dim): Dim {
  if (a === null || b === null || b === 0) return null;
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  const exact = divideExactly(a, b);
  if (exact !== null) return exact;
  if (!isExpression(a) || typeof b !== 'number')
    return opaque('floor', `${textOf(a)}/${textOf(b)}`);
  const constant = a.terms.get('') ?? 0;
  const symbols = expression(new Map([...a.terms].filter(([key]) => key !== '')));
  const whole = divideExactly(symbols, b);
  if (whole !== null) return addDims(whole, Math.floor(constant / b));
  const [turns, rest] = [Math.floor(constant / b), constant - Math.floor(constant / b) * b];
  return addDims(opaque('floor', `(${textOf(addDims(symbols, rest))})/${b}`), turns);
}

export const ceilDivide = (a: Dim, b: number): Dim => floorDivide(addDims(a, b - 1), b);

/** A size that a function of others gives, known only to be the same for the same arguments. */
export const opaque = (name: string, ...of: string[]): Dim => symbol(`${name}(${of.join(', ')})`);

export const textOf = (dim: Dim): string => (isExpression(dim) ? dim.text : String(dim));

/** A size as a number; `null` where it is none. */
export const numberOf = (dim: Dim | undefined): number | null =>
  typeof dim === 'number' ? dim : null;

const symbolsOf = (key: string): string[] => (key === '' ? [] : key.split(times));

const termsOf = (dim: number | Expression): ReadonlyMap<string, number> =>
  typeof dim === 'number' ? new Map([['', dim]]) : dim.terms;

function expression(all: ReadonlyMap<string, number>): Dim {
  const kept = [...all].filter(([, factor]) => factor !== 0);
  if (kept.length === 0) return 0;
  if (kept.some(([, factor]) => !Number.isSafeInteger(factor)) || kept.length > maxTerms)
    return null;
  if (kept.length === 1 && kept[0]![0] === '') return kept[0]![1];
  kept.sort(([a], [b]) => symbolsOf(b).length - symbolsOf(a).length || (a < b ? -1 : 1));
  const text = kept.map(([key, factor], at) => termText(key, factor, at === 0)).join('');
  return { text, terms: new Map(kept) };
}

function termText(key: string, factor: number, isFirst: boolean): string {
  const sign = factor < 0 ? (isFirst ? '-' : ' - ') : isFirst ? '' : ' + ';
  const size = Math.abs(factor);
  const factors = [...(size !== 1 || key === '' ? [String(size)] : []), ...symbolsOf(key)];
  return sign + factors.join('*');
}

/** A list less the elements of another, which it must all hold. */
function without(list: string[], gone: readonly string[]): string[] | undefined {
  const rest = [...list];
  for (const item of gone) {
    const at = rest.indexOf(item);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}

const safe = (value: number): Dim => (Number.isSafeInteger(value) ? value : null);

/** Marks symbols whose size only a run tells, which may be none at all: the count of NonZero. */
const found = '?';

/** A size that a run finds. */
export const foundSize = (name: string): Dim => symbol(found + name);

/**
 * What a size is at least, in every run; `undefined` where that is not known. Sizes that a model's
 * inputs bring count as at least 1.
 */
export function atLeast(dim: Dim): number | undefined {
  if (!isExpression(dim)) return dim ?? undefined;
  let least = 0;
  for (const [key, factor] of dim.terms) {
    const names = symbolsOf(key);
    if (names.length > 0 && (factor < 0 || names.some(mayBeNegative))) return undefined;
    const mayBeNone = names.some((name) => name.startsWith(found) || name.endsWith(')'));
    least += mayBeNone ? 0 : factor;
  }
  return least;
}

const mayBeNegative = (name: string): boolean => name.startsWith('floor(') && name.includes('-');

/** A size that is 0 where an expression would be negative. */
export function notNegative(dim: Dim): Dim {
  if (typeof dim === 'number') return Math.max(0, dim);
  if (dim === null || (atLeast(dim) ?? -1) >= 0) return dim;
  return opaque('max', '0', dim.text);
}
