import { makeNode, makeTensor } from '../build/make.ts';
import { mapGraphs } from '../graph/map-graphs.ts';
import { NamePool } from '../pass/name-pool.ts';
import { Replacements } from '../pass/replacements.ts';
import type { Report } from '../pass/report.ts';
import { readTable, type Table } from '../pass/table.ts';
import { dataTypes } from '../tensor/data-type.ts';
import { edit } from '../wire/message.ts';
import type { NodeProto } from '../wire/messages.ts';
import type { Model } from '../wire/model.ts';
import type { LayerOptions } from './layer.ts';
import { quantizeWeights } from './weights.ts';

interface Stored {
  readonly values: string;
  readonly scales: string;
}

/** Narrower rows save less than the nodes and the scales cost. */
const leastColumns = 16;

/** Stores embeddings in 8 bits with a scale per row: Gather both, cast, multiply. */
export function quantizeTables(model: Model, options: LayerOptions, report: Report): Model {
  const names = new NamePool(model);
  const stored = new Replacements<Stored>();
  return mapGraphs(model, (graph, scope) => {
    const node = graph.node.flatMap((entry) => {
      const table = readTable(entry, scope, options.minWeights);
      if (table === undefined) return entry;
      const kept = options.keepNodes.some(
        (name) => name === entry.name || name === entry.output[0],
      );
      if (typeof table === 'string' || kept || table.columns < leastColumns) {
        if (typeof table === 'string' || kept)
          report.leave(entry, typeof table === 'string' ? table : 'asked for');
        return entry;
      }
      report.change(entry);
      const form = stored.form(scope, table.name, `table ${table.name}`, (store) => {
        const { rows, columns } = table;
        const rowOf = (at: number) => Math.floor(at / columns);
        const { values, scales } = quantizeWeights(table.values(), 127, rows, rowOf);
        const made = {
          values: names.fresh(`${table.name}.int8`),
          scales: names.fresh(`${table.name}.scales`),
        };
        store(makeTensor(made.values, [rows, columns], values));
        store(makeTensor(made.scales, [rows, 1], scales));
        return made;
      });
      return lookUp(table, form, names);
    });
    const changed = node.some((entry, at) => entry !== graph.node[at]);
    return stored.finish(changed ? edit(graph, { node }) : graph, scope);
  });
}

function lookUp({ node }: Table, { values, scales }: Stored, names: NamePool): NodeProto[] {
  const [y = ''] = node.output;
  const [rows, factors, floats] = ['int8', 'scale', 'float'].map((what) =>
    names.fresh(`${y}.${what}`),
  ) as [string, string, string];
  const named = node.name ? { name: node.name } : {};
  return [
    makeNode('Gather', [values, node.input[1]!], [rows], {}, named),
    makeNode('Gather', [scales, node.input[1]!], [factors]),
    makeNode('Cast', [rows], [floats], { to: dataTypes.float32 }),
    makeNode('Mul', [floats, factors], [y]),
  ];
}
