import { operatorName } from '../graph/attribute.ts';
import type { NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import { sourceForm } from './source-form.ts';

/** A node in a report: its name, or its first output where it has none. */
export interface NodeNote {
  readonly node: string;
  readonly op: string;
}

/** What a pass did, and what it left alone and why. */
export interface PassReport {
  readonly changed: readonly NodeNote[];
  readonly left: readonly (NodeNote & { readonly reason: string })[];
  /** What a reader should know about the result, one sentence each. */
  readonly warnings: readonly string[];
  /** Why the model was not changed at all; absent where it was. */
  readonly skipped?: string;
}

export interface PassResult {
  /** The changed model, or the given one where the pass skipped it. */
  readonly model: Model;
  readonly report: PassReport;
}

/** Collects a report while a pass runs. */
export class Report {
  readonly changed: NodeNote[] = [];
  readonly left: (NodeNote & { reason: string })[] = [];
  readonly warnings: string[] = [];

  change(node: NodeProto): void {
    this.changed.push(noteOf(node));
  }

  leave(node: NodeProto, reason: string): void {
    this.left.push({ ...noteOf(node), reason });
  }

  /**
   * The result: skipped where nothing changed, with what the model is already, or the reason of the
   * first operator that could have.
   */
  finish(
    given: Model,
    changed: Model,
    nothing: string,
    could: (op: string) => boolean,
  ): PassResult {
    const { left, warnings } = this;
    if (this.changed.length > 0)
      return { model: changed, report: { changed: this.changed, left, warnings } };
    const first = left.find(({ op }) => could(op));
    // Passes over weights could do something to a product; others ask nothing of what is stored.
    const form = could('MatMul') ? sourceForm(given) : undefined;
    const why = form ?? (first && `${first.op} ${first.node}: ${first.reason}`);
    const skipped = why ? `${nothing}: ${why}` : nothing;
    return { model: given, report: { changed: [], left, warnings: [], skipped } };
  }
}

const noteOf = (node: NodeProto): NodeNote => ({
  node: node.name || node.output.find((name) => name !== '') || '',
  op: operatorName(node),
});

/** A model as it was, with the reason. */
export const skipped = (model: Model, reason: string): PassResult => ({
  model,
  report: { changed: [], left: [], warnings: [], skipped: reason },
});
