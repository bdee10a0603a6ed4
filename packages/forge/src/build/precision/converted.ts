import type { PassNote, Sensitivity } from '../../report/index.ts';
import type { DataFiles } from '../model-file.ts';
import type { NamedNode } from './layer-groups.ts';

/** What a conversion made of a model, or why it made nothing; what it left alone, in either case. */
export type Converted = { readonly notes: readonly PassNote[] } & (
  | {
      /** The ONNX file. */
      readonly bytes: Uint8Array;
      /** Its weights, where they stand beside it. */
      readonly data?: DataFiles;
      readonly warnings: readonly string[];
      /** Nodes that a pass converted. */
      readonly changed?: readonly NamedNode[];
      /** How the layers of a mixture were told apart. */
      readonly sensitivity?: Sensitivity;
    }
  | { readonly skipped: string }
);
