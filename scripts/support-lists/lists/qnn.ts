import type { Condition, SupportRule } from '@selvedge/onnx';
import { qnn as conditions, notOnHtp, readBuilders } from '../conditions/qnn.ts';
import { textOf } from '../read-source.ts';
import { sortTypes } from '../types.ts';
import { unchanged } from '../unchanged.ts';
import { type Made, type Material, withConditions } from './material.ts';

/** QNN's provider with the HTP backend. */
export function qnn({ sources, schemasOf }: Material): Made {
  const [builders, supplement] = sources.map(textOf);
  unchanged(sources[2]!, readBuilders);
  const names = [...(builders ?? '').matchAll(/Create\w+OpBuilder\("(\w+)"/g)].map(
    (match) => match[1]!,
  );
  const ranks = readRanks(JSON.parse(supplement ?? '{}') as Supplement);
  const schemas = schemasOf('')!;
  const rules = [...new Set(names)]
    .filter((name) => !notOnHtp.has(name))
    .map((name): SupportRule => {
      const op =
        schemas.has(name) || name === 'SimplifiedLayerNormalization'
          ? name
          : `com.microsoft:${name}`;
      return withConditions({ id: op, op }, [
        ...(ranks.get(name) ?? []),
        ...(conditions[op] ?? []),
      ]);
    });
  return {
    provider: 'qnn',
    version: '2.0',
    about: "QNN's provider (HTP backend)",
    types: 'values',
    subgraphs: 'whole',
    always: [
      { fixed: 'values' },
      { rank: 'values', is: { max: 5 } },
      // 64-bit values are cast at the border; doubles and strings have no counterpart.
      {
        type: 'values',
        in: sortTypes([
          'float32',
          'float16',
          'int8',
          'uint8',
          'int16',
          'uint16',
          'int32',
          'uint32',
          'int64',
          'bool',
          'int4',
          'uint4',
        ]),
      },
    ],
    unlisted: 'unsupported',
    rules,
  };
}

type Supplement = Readonly<
  Record<
    string,
    {
      readonly onnx_op_mapping: string;
      readonly condition: Readonly<Record<string, Readonly<Record<string, number>>>>;
    }
  >
>;

/** The HTP supplement's ranks by ONNX operator; where several QNN operators serve one, the widest. */
function readRanks(supplement: Supplement): Map<string, Condition[]> {
  const most = new Map<string, Map<number, number>>();
  for (const { onnx_op_mapping: mapping, condition } of Object.values(supplement)) {
    for (const op of mapping.split(',').map((name) => name.trim())) {
      const inputs = most.get(op) ?? new Map<number, number>();
      const stated = Object.values(condition).flatMap((one) => Object.entries(one));
      for (const [key, rank] of stated) {
        const input = /^max_input_rank_input_(\d+)$/.exec(key)?.[1];
        if (input !== undefined)
          inputs.set(Number(input), Math.max(inputs.get(Number(input)) ?? 0, rank));
      }
      most.set(op, inputs);
    }
  }
  return new Map(
    [...most].map(([op, inputs]) => [
      op,
      // Further inputs of ONNX operators stand at other places than QNN's.
      [...inputs]
        .filter(([input]) => input === 0)
        .map(([rank, max]): Condition => ({ rank, is: { max } })),
    ]),
  );
}
