/**
 * Order of two semantic versions (semver.org 2.0.0 §11): negative when `a` comes before `b`.
 * Both must fit the `Version` schema.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (let at = 0; at < 3; at++) {
    const difference = left.numbers[at]! - right.numbers[at]!;
    if (difference !== 0) return difference;
  }
  // A pre-release comes before its release.
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length;
  for (let at = 0; at < Math.max(left.pre.length, right.pre.length); at++) {
    const difference = compareIdentifiers(left.pre[at], right.pre[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parse(version: string): { numbers: number[]; pre: string[] } {
  const [core = '', ...rest] = version.split('-');
  const pre = rest.join('-');
  return { numbers: core.split('.').map(Number), pre: pre === '' ? [] : pre.split('.') };
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return Number(a) - Number(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
