import type { DataTypeName } from '../tensor/data-type.ts';
import type { Condition } from './condition.ts';

/** A file that a list was made from. */
export interface ListSource {
  /** `owner/name` on GitHub, or the host of a document. */
  readonly repository: string;
  readonly path: string;
  readonly commit: string;
  /** Of the file's bytes, lowercase hex. */
  readonly sha256: string;
}

/** Which operators an execution provider of one version runs, and under which conditions. */
export interface SupportList {
  /** As the catalogue names it: `cpu`, `qnn`, `webnn`, … */
  readonly provider: string;
  readonly version: string;
  /** What the list speaks of, in words: `ONNX Runtime's QNN provider, HTP backend`. */
  readonly about: string;
  readonly sources: readonly ListSource[];
  /** The day the sources were read, `YYYY-MM-DD`. */
  readonly imported: string;
  /**
   * `values`: types are those of the values. `groups`: a node between DequantizeLinear and
   * QuantizeLinear is judged with the types outside them, and so are they, but for those at a float
   * value that is none of a group's.
   */
  readonly types: 'values' | 'groups';
  /**
   * What becomes of control flow: `inside` judges the nodes of subgraphs too, `whole` lets the
   * provider take no node inside a subgraph.
   */
  readonly subgraphs: 'inside' | 'whole';
  /** What holds for every operator, before its own rules. */
  readonly always: readonly Condition[];
  /** What an operator without a rule is: `unknown` where the source does not claim to be whole. */
  readonly unlisted: 'unsupported' | 'unknown';
  /** Sorted by operator and `since`; a node that any rule takes is supported. */
  readonly rules: readonly SupportRule[];
}

/** One way in which an operator is supported. */
export interface SupportRule {
  readonly id: string;
  /** As `operatorName` gives it: `Conv`, `com.microsoft:Gelu`. */
  readonly op: string;
  /** Operator set versions of a model, both included. */
  readonly since?: number;
  readonly until?: number;
  /** Element types by input; the last entry holds for all further ones, null for any type. */
  readonly inputs?: readonly (readonly DataTypeName[] | null)[];
  readonly outputs?: readonly (readonly DataTypeName[] | null)[];
  readonly where?: readonly Condition[];
  /** What the source says besides. */
  readonly note?: string;
  /** Where a rule departs from the list's sources: what was measured, or the file that says so. */
  readonly evidence?: string;
}
