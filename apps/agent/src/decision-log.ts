import { join } from 'node:path';
import type { AttemptEnding, PlanStep, Rejection, Verdict } from '@selvedge/core/route';
import type { FamilyName, Provenance, Tier } from '@selvedge/core/schema';
import { makeDirectory, openJournal } from '@selvedge/node/store';

/** An attempt, timed by this device's clock. */
export interface TimedAttempt extends AttemptEnding {
  readonly provenance: 'measured';
}

/** A place as it looked when the decision was made. */
export interface ConsideredPlace {
  readonly candidate: string;
  readonly tier: Tier;
  readonly variant?: string;
  readonly quality?: number;
  /** Where `quality` comes from. */
  readonly qualityProvenance?: Provenance;
  readonly predictedMs: number;
  /** Where `predictedMs` comes from. */
  readonly provenance: Provenance;
  readonly available: boolean;
  readonly unavailableReason?: string;
}

/**
 * Why an inference ran where it ran (promise 5). It stays on the device, and holds nothing of what
 * went in or came out.
 */
export interface DecisionTrace extends Verdict {
  readonly id: string;
  /** ISO 8601, milliseconds. */
  readonly at: string;
  readonly family: FamilyName;
  readonly request: {
    readonly labels: readonly string[];
    readonly deadlineMs?: number;
    readonly minQuality?: number;
    readonly maxCost?: number;
  };
  /** Where it ran; null when no place answered. */
  readonly tier: Tier | null;
  readonly candidate: string | null;
  readonly version: string | null;
  readonly variant: string | null;
  readonly engine: string | null;
  readonly target: string | null;
  readonly considered: readonly ConsideredPlace[];
  readonly plan: readonly PlanStep[];
  readonly rejected: readonly Rejection[];
  readonly attempts: readonly TimedAttempt[];
  readonly policy: string;
  /** From the request to its answer, milliseconds, by this device's clock. */
  readonly ms: number;
  readonly provenance: 'measured';
  /** What the engine says it took: measured, or by an emulated chip's clock. Null without an answer. */
  readonly computed: { readonly ms: number; readonly provenance: Provenance } | null;
  /** The code of the error, where no place answered. */
  readonly error?: string;
}

export interface DecisionLog {
  add(trace: DecisionTrace): void;
  /** Newest first. */
  list(limit?: number): readonly DecisionTrace[];
  get(id: string): DecisionTrace | undefined;
  close(): Promise<void>;
}

/** Traces that are kept; older ones go. */
const kept = 500;
/** A crash may lose the traces of so long: an fsync for each inference would cost more than it. */
const flushMs = 500;

/** Opens the ring of the device's own decisions, in `decisions/` of the data directory. */
export async function openDecisionLog(dataDir: string): Promise<DecisionLog> {
  const folder = join(dataDir, 'decisions');
  await makeDirectory(folder);
  const journal = await openJournal<readonly DecisionTrace[]>(join(folder, 'journal.jsonl'));
  let ring = journal.records.flat().slice(-kept);
  let fresh: DecisionTrace[] = [];
  let written = journal.records.flat().length;
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (fresh.length === 0) return;
    const batch = fresh;
    fresh = [];
    written += batch.length;
    if (written < 2 * kept) return journal.append(batch);
    written = ring.length;
    await journal.replace([ring]);
  };
  return {
    add(trace) {
      ring = [...ring.slice(1 - kept), trace];
      fresh.push(trace);
      // A full disk costs traces, never an inference.
      timer ??= setTimeout(() => void flush().catch(() => {}), flushMs);
    },
    list: (limit = kept) => ring.slice(-limit).reverse(),
    get: (id) => ring.find((trace) => trace.id === id),
    async close() {
      await flush().catch(() => {});
      await journal.close();
    },
  };
}
