import { definedNames, type Scope } from '../graph/walk.ts';
import { keepBeside } from '../wire/lazy-tensor.ts';
import { edit } from '../wire/message.ts';
import type { FunctionProto, GraphProto, TensorProto } from '../wire/messages.ts';
import { findConstant } from './constants.ts';
import { pruneConstants } from './prune.ts';

/** What a pass puts in the place of the constants of one graph, `Form` by key. */
interface Replaced<Form> {
  readonly defined: ReadonlySet<string>;
  readonly names: Set<string>;
  readonly added: TensorProto[];
  readonly forms: Map<string, Form>;
}

/**
 * Constants in the form a pass gives them, kept in the graph that holds the original, which may be
 * an outer one of the graph that reads it: stored once for all readers, and the original goes when
 * none is left. Graphs are finished inner before outer, as `mapGraphs` walks.
 */
export class Replacements<Form> {
  readonly #graphs = new Map<GraphProto | FunctionProto, Replaced<Form>>();

  /**
   * The form of a constant under a key, made where it is not there yet. `make` may store tensors.
   *
   * @param scope where the constant is read, as it was before the pass
   */
  form(
    scope: Scope,
    name: string,
    key: string,
    make: (store: (tensor: TensorProto) => void) => Form,
  ): Form {
    const { names, added, forms } = this.#holderOf(scope, name);
    names.add(name);
    let found = forms.get(key);
    if (found === undefined) {
      const constant = findConstant(scope, name);
      const source = constant && 'tensor' in constant ? constant.tensor : undefined;
      found = make((tensor) => added.push(source ? keepBeside(source, tensor) : tensor));
      forms.set(key, found);
    }
    return found;
  }

  /** Stores a tensor for one reader, in its own graph. */
  add(scope: Scope, tensor: TensorProto): void {
    this.#of(scope.graph).added.push(tensor);
  }

  /** Notes that a constant lost a reader, whose own form of it stands elsewhere. */
  drop(scope: Scope, name: string): void {
    this.#holderOf(scope, name).names.add(name);
  }

  /** A graph with what was stored for it, and without the constants that nothing reads any more. */
  finish(graph: GraphProto, scope: Scope): GraphProto {
    const replaced = this.#graphs.get(scope.graph);
    if (!replaced) return graph;
    const initializer = [...graph.initializer, ...replaced.added];
    return pruneConstants(edit(graph, { initializer }), replaced.names);
  }

  /** What is replaced in the graph that defines a name, as it is seen from a scope. */
  #holderOf(scope: Scope, name: string): Replaced<Form> {
    for (let at: Scope = scope; ; at = at.outer) {
      const replaced = this.#of(at.graph);
      if (replaced.defined.has(name) || !at.outer) return replaced;
    }
  }

  #of(graph: GraphProto | FunctionProto): Replaced<Form> {
    let found = this.#graphs.get(graph);
    if (!found) {
      const defined = 'initializer' in graph ? definedNames(graph) : new Set<string>();
      found = { defined, names: new Set(), added: [], forms: new Map() };
      this.#graphs.set(graph, found);
    }
    return found;
  }
}
