/** Crashes in a row that are answered by an immediate restart; after them each restart waits. */
const freeCrashes = 3;
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;

/**
 * Bounds a crash loop: after three crashes in a row each further attempt waits, 1 s and then twice
 * as long each time, up to a minute. One success forgets them. Times are given by the caller.
 */
export class CrashBackoff {
  #crashes = 0;
  #blockedUntilMs = Number.NEGATIVE_INFINITY;

  get crashes(): number {
    return this.#crashes;
  }

  succeeded(): void {
    this.#crashes = 0;
    this.#blockedUntilMs = Number.NEGATIVE_INFINITY;
  }

  crashed(nowMs: number): void {
    this.#crashes += 1;
    if (this.#crashes < freeCrashes) return;
    const waitMs = Math.min(firstWaitMs * 2 ** (this.#crashes - freeCrashes), longestWaitMs);
    this.#blockedUntilMs = nowMs + waitMs;
  }

  /** Milliseconds until the next attempt may be made; 0 now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#blockedUntilMs - nowMs);
  }
}
