import type { ValueFacts } from '../shape/facts.ts';
import type { DataTypeName } from '../tensor/data-type.ts';
import type { GraphProto, NodeProto } from '../wire/messages.ts';

/** A value as a rule sees it. Absent is not known. */
export interface SubjectValue {
  readonly type?: DataTypeName | undefined;
  /** With one sample where the number of samples is free. */
  readonly shape?: ValueFacts['shape'] | undefined;
  /** As `shape`, with null for sizes that change from run to run. */
  readonly fixedSizes?: readonly (number | null)[] | undefined;
  readonly constant: boolean;
  /** Whether DequantizeLinear makes it: the model computes with it in integers. */
  readonly quantised: boolean;
  /** The elements of a small constant. */
  readonly elements?: readonly number[] | undefined;
}

/** A node with its surroundings: what a rule is asked about. */
export interface Subject {
  readonly node: NodeProto;
  readonly graph: GraphProto;
  /** The opset of the node's domain that the model imports. */
  readonly opset: number;
  /** By position; undefined for what is left out. */
  readonly inputs: readonly (SubjectValue | undefined)[];
  readonly outputs: readonly (SubjectValue | undefined)[];
}
