/**
 * Whether a target path matches a PATHPATTERN (§4.5): shell wildcards `*`, `?` and `[…]` that
 * never match a slash, compared segment by segment, case-sensitive.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  const [parts, wanted] = [path.split('/'), pattern.split('/')];
  return (
    parts.length === wanted.length &&
    parts.every((part, index) => matchesSegment([...part], tokens(wanted[index] ?? '')))
  );
}

type Token = '*' | ((char: string) => boolean);

/** Greedy, going back to the last star only: linear in the product of the two lengths. */
function matchesSegment(text: readonly string[], wanted: readonly Token[]): boolean {
  let [at, token] = [0, 0];
  let star: { at: number; token: number } | undefined;
  while (at < text.length) {
    const test = wanted[token];
    if (test === '*') {
      token += 1;
      star = { at, token };
    } else if (test?.(text[at]!)) {
      at += 1;
      token += 1;
    } else if (star) {
      star.at += 1;
      [at, token] = [star.at, star.token];
    } else return false;
  }
  return wanted.slice(token).every((rest) => rest === '*');
}

function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!;
    const set = char === '[' ? classAt(chars, at) : undefined;
    if (set) {
      found.push(set.test);
      at = set.last;
    } else if (char === '*') found.push('*');
    else if (char === '?') found.push(() => true);
    else found.push((other) => other === char);
  }
  return found;
}

/** `[abc]`, `[a-z]`, `[!a]`; a `]` that comes first is literal. Undefined without an end. */
function classAt(
  chars: readonly string[],
  open: number,
): { test: (char: string) => boolean; last: number } | undefined {
  const negated = chars[open + 1] === '!';
  const first = open + (negated ? 2 : 1);
  const last = chars.indexOf(']', first + 1);
  if (last < 0) return undefined;
  const members = chars.slice(first, last);
  const within = (char: string): boolean => {
    for (let at = 0; at < members.length; at++) {
      const low = members[at]!;
      const high = members[at + 1] === '-' ? members[at + 2] : undefined;
      if (high === undefined ? char === low : char >= low && char <= high) return true;
      if (high !== undefined) at += 2;
    }
    return false;
  };
  return { test: (char) => within(char) !== negated, last };
}
