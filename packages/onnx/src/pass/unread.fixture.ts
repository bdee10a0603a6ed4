import { freeNames, scopes } from '../graph/walk.ts';
import { edit } from '../wire/message.ts';
import type { Model } from '../wire/model.ts';

/** Initializers of a model that no node, subgraph or output reads. */
export function unreadInitializers(model: Model): string[] {
  return [...scopes(model)].flatMap(({ graph }) => {
    if (!('initializer' in graph)) return [];
    const read = freeNames(edit(graph, { input: [], initializer: [] }));
    return graph.initializer.flatMap(({ name }) => (name && !read.has(name) ? [name] : []));
  });
}
