import type { LanguageId } from '../language/languages.ts';

/** Tells whether bytes hold any of a set of words. */
export type Telling = (bytes: Uint8Array) => boolean;

/** The one for each language. */
export type TellingOf = (language: LanguageId) => Telling;

/** Makes each language's when it is first asked for. */
export function tellingByLanguage(words: (language: LanguageId) => Iterable<string>): TellingOf {
  const made = new Map<LanguageId, Telling>();
  return (language) => {
    const known = made.get(language) ?? tellingOf(words(language));
    made.set(language, known);
    return known;
  };
}

/**
 * One pass over the bytes for all words at once (Aho and Corasick, CACM 18(6), 1975), without
 * regard to ASCII case. A file that holds none of the words is never parsed.
 */
export function tellingOf(words: Iterable<string>): Telling {
  const { next, final } = build([...words].filter((word) => word.length > 0));
  return (bytes) => {
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      state = next[(state << 7) | folded[bytes[at]!]!]!;
      if (final[state] === 1) return true;
    }
    return false;
  };
}

/** Bytes as the automaton sees them: lower case, everything outside ASCII one letter. */
const folded = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 ? 127 : byte >= 65 && byte <= 90 ? byte + 32 : byte,
);

interface Automaton {
  /** By state and byte: the next state. 128 places a state. */
  readonly next: Int32Array;
  readonly final: Uint8Array;
}

/** A word that another begins tells already: of those, the shorter is kept. */
function build(words: readonly string[]): Automaton {
  const children: Map<number, number>[] = [new Map()];
  const isFinal: boolean[] = [false];
  for (const word of words.toSorted((a, b) => a.length - b.length)) {
    let state = 0;
    for (const byte of new TextEncoder().encode(word)) {
      if (isFinal[state]) break;
      const letter = folded[byte]!;
      let to = children[state]!.get(letter);
      if (to === undefined) {
        to = children.push(new Map()) - 1;
        isFinal.push(false);
        children[state]!.set(letter, to);
      }
      state = to;
    }
    isFinal[state] = true;
  }
  return completed(children, isFinal);
}

/** Breadth first: a missing edge is that of the longest suffix which is some word's beginning. */
function completed(children: readonly Map<number, number>[], isFinal: boolean[]): Automaton {
  const next = new Int32Array(children.length * 128);
  const suffix = new Int32Array(children.length);
  const queue = [0];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!;
    const fallback = suffix[state]! << 7;
    if (isFinal[fallback >> 7]) isFinal[state] = true;
    if (state !== 0) next.copyWithin(state << 7, fallback, fallback + 128);
    for (const [letter, to] of children[state]!) {
      suffix[to] = state === 0 ? 0 : next[fallback | letter]!;
      next[(state << 7) | letter] = to;
      queue.push(to);
    }
  }
  return { next, final: Uint8Array.from(isFinal, Number) };
}
