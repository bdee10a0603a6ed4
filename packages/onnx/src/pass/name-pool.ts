import { definedNames, scopes } from '../graph/walk.ts';
import type { ModelProto } from '../wire/messages.ts';

/** Gives out value names that no graph of a model uses: ONNX forbids shadowing in subgraphs. */
export class NamePool {
  readonly #taken = new Set<string>();

  constructor(model: ModelProto) {
    for (const { graph } of scopes(model)) {
      if ('initializer' in graph) for (const name of definedNames(graph)) this.#taken.add(name);
      for (const node of graph.node)
        for (const name of [...node.input, ...node.output]) this.#taken.add(name);
    }
  }

  /** `wanted`, or the first of `wanted.2`, `wanted.3`, … that is free. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count++) name = `${wanted}.${count}`;
    this.#taken.add(name);
    return name;
  }
}
