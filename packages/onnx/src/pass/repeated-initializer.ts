import { scopes } from '../graph/walk.ts';
import type { ModelProto } from '../wire/messages.ts';

/**
 * Why a model cannot be worked on: a graph that stores two values under one name, of which an
 * engine takes one and a pass might take the other. `undefined`: it does not.
 */
export function repeatedInitializer(model: ModelProto): string | undefined {
  for (const { graph } of scopes(model)) {
    if (!('initializer' in graph)) continue;
    const seen = new Set<string>();
    for (const { name } of graph.initializer) {
      if (name && seen.has(name)) return `two initializers are named ${name}`;
      if (name) seen.add(name);
    }
  }
  return undefined;
}
