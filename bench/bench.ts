/** What a file in bench/ exports: one question, measured with its peer in the same run. */
export interface Benchmark {
  /** What the figures answer. */
  readonly question: string;
  /** The goal in words, with its number. */
  readonly goal: string;
  run(): Promise<BenchResult>;
}

export interface BenchResult {
  /** Name with its unit (`readMs`, `peerReadMs`) to value. Absolute times do not travel. */
  readonly figures: Record<string, number>;
  /** The figure that travels: how many times better than the peer or the goal; above 1 is better. */
  readonly ratio: number;
  /** Whether the goal is reached. */
  readonly ok: boolean;
  /** Why the question could not be asked here; then the rest says nothing. */
  readonly notMeasured?: string;
  /** How to read it. */
  readonly note: string;
}
