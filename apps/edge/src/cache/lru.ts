/** Sizes by key, in the order of last use. Sums are kept, so that every step is cheap. */
export interface Lru {
  readonly bytes: number;
  readonly count: number;
  has(key: string): boolean;
  /** Marks as just used; with a size, adds it. */
  touch(key: string, size?: number): void;
  forget(key: string): void;
  /** The least recently used keys that must go so that at most `maxBytes` stay. */
  surplus(maxBytes: number): string[];
}

export function createLru(): Lru {
  const sizes = new Map<string, number>();
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= sizes.get(key) ?? 0;
    sizes.delete(key);
  };
  return {
    get bytes() {
      return bytes;
    },
    get count() {
      return sizes.size;
    },
    has: (key) => sizes.has(key),
    touch(key, size) {
      const known = size ?? sizes.get(key);
      if (known === undefined) return;
      forget(key);
      sizes.set(key, known);
      bytes += known;
    },
    forget,
    surplus(maxBytes) {
      const keys: string[] = [];
      let left = bytes;
      for (const [key, size] of sizes) {
        if (left <= maxBytes) break;
        keys.push(key);
        left -= size;
      }
      return keys;
    },
  };
}
