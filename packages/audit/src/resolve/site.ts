import type { CodeFunction } from '../language/code.ts';
import type { SourceFile } from './source-file.ts';

/** Where an expression stands. */
export interface Site {
  readonly file: SourceFile;
  readonly fn?: CodeFunction | undefined;
  readonly owner?: string | undefined;
}
