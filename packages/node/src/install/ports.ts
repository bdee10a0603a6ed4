/**
 * What the installer needs, what it offers and what it says meanwhile.
 */
import type { Profile } from '@selvedge/core/device';
import type { SelvedgeError } from '@selvedge/core/errors';
import type {
  Channel,
  Installation,
  InstalledVariant,
  InstallTarget,
  Release,
} from '@selvedge/core/release';
import type { Digest, FamilyName, TensorSpec, Tier, Version } from '@selvedge/core/schema';
import type {
  Engine,
  ModelBytes,
  RunOptions,
  RunResult,
  Session,
  Tensors,
} from '@selvedge/infer/engine';
import type { ContentStore } from '../store/index.ts';

/** The verified documents, as `openTrust` of `@selvedge/node/trust` gives them. */
export interface ReleaseDocuments {
  /** Brings the documents up to date. Throws a `trust-…` refusal or `network`. */
  refresh(): Promise<unknown>;
  families(): Promise<readonly FamilyName[]>;
  channel(family: FamilyName, channel: string): Promise<Channel | undefined>;
  release(family: FamilyName, version: Version): Promise<Release | undefined>;
}

export interface InstallerOptions {
  /** The app's data directory, which the app has locked. Journals go to `families/<slug>/`. */
  readonly dir: string;
  /** The installer's own: blobs that no kept variant consists of are removed from it. */
  readonly store: ContentStore;
  readonly trust: ReleaseDocuments;
  readonly engine: Engine;
  /** How the engine loads a variant, where it needs to know more than the bytes. */
  readonly load?: LoadModel;
  readonly tier: Tier;
  readonly profile: Profile;
  /** Origins with an OCI `/v2/`, tried in order: an edge first, then the hub. */
  readonly sources: () => readonly string[];
  /** Default `stable`. */
  readonly channel?: string;
  /** Milliseconds without a byte after which a transfer counts as dropped. Default 30,000. */
  readonly idleMs?: number;
  readonly clock?: () => Date;
  readonly onEvent?: (event: InstallerEvent) => void;
}

/** Loads a model of a signed variant. */
export type LoadModel = (model: ModelBytes, target: InstallTarget) => Promise<Session>;

/** A step, for progress lines. `text` is a sentence for a person. */
export interface InstallerEvent {
  readonly family: FamilyName;
  readonly step:
    | 'current'
    | 'chosen'
    | 'fetching'
    | 'verified'
    | 'staged'
    | 'probation'
    | 'committed'
    | 'rolled-back'
    | 'postponed'
    | 'lost';
  readonly text: string;
  readonly version?: Version;
  readonly variant?: string;
  readonly receivedBytes?: number;
  readonly totalBytes?: number;
}

/** A committed variant, loaded. `run` stays safe while a newer variant takes over. */
export interface ActiveVariant extends InstallTarget {
  readonly family: FamilyName;
  readonly digest: Digest;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  run(inputs: Tensors, options?: RunOptions): Promise<RunResult>;
}

export interface Transfer {
  /** Bytes that came over the network. */
  readonly bytes: number;
  /** Bytes of the whole variant. */
  readonly full: number;
  /** Bytes of an installed variant that were there already or could be left out; else 0. */
  readonly saved: number;
}

/** What an update of one family came to. */
export interface UpdateOutcome {
  readonly family: FamilyName;
  /** `postponed`: something outside failed; the attempt resumes with the next update. */
  readonly result: 'current' | 'committed' | 'rolled-back' | 'postponed';
  /** Why this variant was chosen. */
  readonly reason?: string;
  readonly error?: SelvedgeError;
  /** Origins that sent other bytes than the signed ones, also where another one then did better. */
  readonly refusals: readonly SelvedgeError[];
  readonly transferred: Transfer;
}

export interface Installer {
  /** How every known family stands, as the journal says. */
  installations(): readonly Installation[];
  /** For reports: what is committed, and what was rolled back. */
  installed(): readonly InstalledVariant[];
  /** The variant that answers for a family now; undefined where none was ever committed. */
  active(family: FamilyName): ActiveVariant | undefined;
  /** Installs what the channel points to, unless it is there. One at a time; never throws. */
  update(family: FamilyName, signal?: AbortSignal): Promise<UpdateOutcome>;
  /**
   * Brings attempts to their end whose bytes are all on the disk, by the documents that are there:
   * for when a refresh brought nothing. Not for when it was refused. Never throws.
   */
  finish(signal?: AbortSignal): Promise<readonly UpdateOutcome[]>;
  /**
   * Refreshes the trusted documents, then updates every family they name. Where the hub is away,
   * it does what {@link finish} does.
   * @throws SelvedgeError from the refresh: a `trust-…` refusal, `network`, `bad-upstream`.
   */
  poll(signal?: AbortSignal): Promise<readonly UpdateOutcome[]>;
  /** Stops serving; what was being installed resumes with the next open. */
  close(): Promise<void>;
}
