import { type CallSite, type CodeFunction, pathOf } from '../language/code.ts';
import type { SourceFile } from '../resolve/index.ts';
import type { DataKind, ProviderRule } from '../rules/index.ts';

/** A call that reaches a model, before anything more is said of it. */
export interface Coupling {
  readonly file: SourceFile;
  readonly call: CallSite;
  readonly provider: ProviderRule;
  readonly kind: 'sdk' | 'http' | 'wrapper' | 'local';
  readonly data: DataKind;
  /** Whose package is called, where its client is made for another’s address. */
  readonly sdk?: ProviderRule;
  /** 0 to 1. */
  readonly confidence: number;
  /** How it is known, for people, each with a line that they can check. */
  readonly evidence: readonly Sign[];
  /** It sends what it is handed: its function's other callers may send something else. */
  readonly isHanded?: true;
  /** Of a wrapper's caller: the wrapper, and a coupling in it. */
  readonly through?: { readonly fn: CodeFunction; readonly coupling: Coupling };
}

/** A function of the codebase that reaches a model. */
export interface Wrapper {
  readonly file: SourceFile;
  readonly fn: CodeFunction;
  readonly coupling: Coupling;
  /** It has no body: a tool writes it, and its callers are those who send. */
  readonly isDeclared?: boolean;
  /** The function without a name that it is, where it is called by what it is kept under. */
  readonly kept?: CodeFunction;
}

/** What a line of the code says, for people. */
export interface Sign {
  readonly file: SourceFile;
  /** From 1. */
  readonly line: number;
  readonly says: string;
}

/** A call that sends a request itself: what is said of its name, and where else to look. */
export const requestCoupling = (
  { file, call, provider, confidence }: Pick<Coupling, 'file' | 'call' | 'provider' | 'confidence'>,
  says: string,
  ...elsewhere: readonly Sign[]
): Coupling => ({
  file,
  call,
  provider,
  kind: provider.kind === 'local' ? 'local' : 'http',
  data: provider.data,
  confidence,
  evidence: [
    {
      file,
      line: call.expr.line,
      says: `${pathOf(call.expr.callee).filter(Boolean).join('.')} ${says}`,
    },
    ...elsewhere,
  ],
});
