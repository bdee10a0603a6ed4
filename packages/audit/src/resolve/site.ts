import type { Argument, CodeFunction } from '../language/code.ts';
import type { SourceFile } from './source-file.ts';

/** Where an expression stands. */
export interface Site {
  readonly file: SourceFile;
  readonly fn?: CodeFunction | undefined;
  readonly owner?: string | undefined;
  /** The call that led into the function around: what that function's parameters hold. */
  readonly call?: FollowedCall | undefined;
}

export interface FollowedCall {
  readonly fn: CodeFunction;
  readonly args: readonly Argument[];
  readonly at: Site;
}
