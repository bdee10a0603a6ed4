import { fail } from '@selvedge/core/errors';
import { edit, make } from '../wire/message.ts';
import type { Model } from '../wire/model.ts';

/**
 * The model with further values of its main graph as outputs, so that a run shows them. Values
 * that are outputs already, or inputs or initializers (a caller knows those), are not repeated;
 * order and names of the outputs that were there stay. Values inside subgraphs cannot be shown.
 *
 * @param names value names, or `all`: everything that the main graph's nodes make. ONNX Runtime
 * tells their types itself; one that is no tensor makes the run of some bindings fail.
 * @throws SelvedgeError `usage` naming a value that the main graph does not have.
 */
export function exposeValues(model: Model, names: readonly string[] | 'all'): Model {
  const { graph } = model;
  const shown = new Set(graph.output.map(({ name }) => name));
  const made = new Set(graph.node.flatMap(({ output }) => output.filter(Boolean)));
  const given = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  const more: string[] = [];
  for (const name of names === 'all' ? made : new Set(names)) {
    if (shown.has(name) || given.has(name)) continue;
    if (!made.has(name)) {
      fail('usage', `${name} is no value of the graph ${graph.name ?? ''}`, {
        hint: 'name an output of one of its nodes',
        details: { value: name },
      });
    }
    more.push(name);
  }
  if (more.length === 0) return model;
  const output = [...graph.output, ...more.map((name) => make('ValueInfoProto', { name }))];
  return edit(model, { graph: edit(graph, { output }) });
}
