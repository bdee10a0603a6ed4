import type { Tier } from '@selvedge/core/schema';
import type { DataKind, SdkDefaults } from './rules/index.ts';
import type { Skipped } from './walk/index.ts';

/** Who waits for a call: a user, nobody, or a job over many items. */
export type Sync = 'request' | 'background' | 'batch' | 'unknown';

/** One place where code depends on a model over the network. */
export interface Finding {
  /** Path relative to the audited directory, with `/` between its parts. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  readonly language: string;
  /** The provider's name as its rule file gives it, e.g. `openai`. */
  readonly service: string;
  /** The model, where the code says it. */
  readonly model?: string;
  /** `local`: an engine on the machine itself, which is no coupling. */
  readonly kind: 'sdk' | 'http' | 'wrapper' | 'local';
  readonly sync: Sync;
  readonly streaming: boolean;
  readonly resilience: {
    readonly timeout: boolean;
    /** The shortest one, where the code states it as a number. */
    readonly timeoutMs?: number;
    readonly retry: boolean;
    readonly fallback: boolean;
    /** What the SDK does where the code chooses nothing: nobody may know it, and it still holds. */
    readonly byDefault?: SdkDefaults;
  };
  readonly data: DataKind;
  /** Signs that the data is about a person: names in the code, where they stand. */
  readonly personal: readonly PersonalSign[];
  /** What happens without a network, in a sentence. */
  readonly offline: string;
  readonly suggestedTier: Tier;
  readonly tierReason: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** What a person can check: where, what is written there, and what it says. */
  readonly evidence: readonly Evidence[];
  /** How much it matters: a user who waits with no way out is `high`. */
  readonly severity: 'high' | 'medium' | 'low' | 'info';
  /** The same for the same coupling when lines move. */
  readonly fingerprint: string;
  /** Against a baseline: it was not there. */
  readonly new?: boolean;
}

export interface PersonalSign {
  readonly sign: string;
  readonly line: number;
}

export interface Evidence {
  readonly file: string;
  readonly line: number;
  /** The line as it is written, its secrets masked. */
  readonly code: string;
  readonly says: string;
}

/** A key that is written in the code, masked. */
export interface SecretFinding {
  readonly file: string;
  readonly line: number;
  /** Whose key it looks like. */
  readonly service: string;
  /** Its first characters, and stars. */
  readonly masked: string;
  /** Of the key alone, wherever it stands: a digest cut to 64 bits, which gives nothing of it away. */
  readonly fingerprint: string;
  /** Against a baseline: it did not know this key. */
  readonly new?: boolean;
}

/** A file that was audited in part: calls in it may be missing. */
export interface PartlyAudited {
  readonly path: string;
  /** The first line that its parser does not understand, from 1; absent where it is the audit that failed. */
  readonly line?: number;
  /** For people: how the audit itself failed on it, and what to do. */
  readonly detail?: string;
}

/** How many an earlier report knew, how many are new, and how many of its own are gone. */
interface Compared {
  readonly known: number;
  readonly new: number;
  readonly gone: number;
}

/** What an audit found. `selvedge audit --json` prints it. */
export interface AuditReport {
  readonly apiVersion: string;
  readonly kind: 'AuditReport';
  /** Source files that were looked into. */
  readonly files: number;
  readonly skipped: {
    readonly total: number;
    readonly byReason: Readonly<Record<string, number>>;
    /** What was not audited though it is the codebase's own. */
    readonly notAudited: readonly Skipped[];
    /** What was audited, but for code that its parser does not understand, or on which the audit failed. */
    readonly partlyAudited: readonly PartlyAudited[];
    /** Files in languages that are not read, by language; not part of the total. */
    readonly notRead: Readonly<Record<string, number>>;
  };
  /** Couplings: calls that need a network. */
  readonly findings: readonly Finding[];
  /** Calls of engines on the machine itself: already local, and no coupling. */
  readonly local: readonly Finding[];
  readonly secrets: readonly SecretFinding[];
  /** Source files by directory, deeper where there are many. */
  readonly directories: readonly { readonly path: string; readonly files: number }[];
  /** Against an earlier report: couplings that it knew, that are new, that are gone; and keys. */
  readonly baseline?: Compared & { readonly secrets: Compared };
  readonly summary: {
    readonly findings: number;
    readonly local: number;
    readonly secrets: number;
    readonly byService: Readonly<Record<string, number>>;
    readonly bySeverity: Readonly<Record<string, number>>;
    readonly bySync: Readonly<Record<string, number>>;
  };
}
