/**
 * The last bytes of a growing blob, kept in memory: most readers follow close behind the writer,
 * and then share the very chunks that came, without a copy and without the disk.
 */
export interface TailWindow {
  /** Adds the chunk that follows the last one. The chunk must not change afterwards. */
  push(chunk: Uint8Array): void;
  /** The bytes from `at` to the end of the chunk that holds it, or undefined where it has passed. */
  from(at: number): Uint8Array | undefined;
}

/** @param start where the first chunk stands; `maxBytes` how much to keep */
export function tailWindow(start: number, maxBytes: number): TailWindow {
  const chunks: { readonly at: number; readonly chunk: Uint8Array }[] = [];
  let end = start;
  let held = 0;
  return {
    push(chunk) {
      chunks.push({ at: end, chunk });
      end += chunk.length;
      held += chunk.length;
      while (held > maxBytes) held -= chunks.shift()!.chunk.length;
    },
    from(at) {
      if (at >= end) return undefined;
      const found = chunks.findLast((one) => one.at <= at);
      return found?.chunk.subarray(at - found.at);
    },
  };
}
