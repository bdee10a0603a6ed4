import type { Engine } from '@selvedge/infer/engine';
import type { InstallerEvent, UpdateOutcome } from '@selvedge/node/install';
import type { LogLevel } from '@selvedge/node/telemetry';

export interface EdgeOptions {
  /** The origin behind the cache: a hub, another edge, any HTTP server. */
  readonly upstream: string;
  /** The edge's own directory. One process owns it. */
  readonly dataDir: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Port of the cache; default 7410, 0 for a free one. */
  readonly port?: number;
  /** Port of inference; default 7411, 0 for a free one. */
  readonly inferPort?: number;
  /** Where it stands, for policies and for people. */
  readonly region?: string;
  /** File with the root metadata. A hub on this machine with `--dev` goes without. */
  readonly trustRoot?: string;
  /** Blobs kept, bytes; the least recently used go first. No bound by default. */
  readonly maxBytes?: number;
  /** Milliseconds for which `timestamp.json` counts as current; default 1000. */
  readonly freshMs?: number;
  /** Seconds between polls for the edge's own models; default 10, 0: only when told. */
  readonly pollSeconds?: number;
  /** Inferences at the same time, default 2; waiting, default 64. */
  readonly running?: number;
  readonly waiting?: number;
  /** Runs the edge's models; by default ONNX Runtime in a process of its own. */
  readonly engine?: Engine;
  readonly clock?: () => Date;
  readonly logLevel?: LogLevel;
  readonly traceFile?: string;
  readonly onEvent?: (event: InstallerEvent) => void;
}

/** A running edge. */
export interface Edge {
  /** The cache's address. */
  readonly url: string;
  /** Base of the Open Inference Protocol address, without `/v2`. */
  readonly inferUrl: string;
  /**
   * Looks for new models now, and installs them.
   * @throws SelvedgeError a `trust-…` refusal, `network`, `bad-upstream` from the refresh
   */
  poll(): Promise<readonly UpdateOutcome[]>;
  /** Lets requests in flight end, stops, and gives the data directory free. */
  close(): Promise<void>;
}
