import type { CallSite } from '../language/code.ts';
import type { SourceFile } from '../resolve/index.ts';
import type { DataKind, ProviderRule } from '../rules/index.ts';

/** A call that reaches a model, before anything more is said of it. */
export interface Coupling {
  readonly file: SourceFile;
  readonly call: CallSite;
  readonly provider: ProviderRule;
  readonly kind: 'sdk' | 'http' | 'wrapper' | 'local';
  readonly data: DataKind;
  /** 0 to 1. */
  readonly confidence: number;
  /** How it is known, for people: each a sentence. */
  readonly evidence: readonly string[];
  /** Of a wrapper's caller: what it wraps. */
  readonly through?: Coupling;
}
