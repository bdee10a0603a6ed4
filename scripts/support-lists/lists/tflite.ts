/** Compilers of TensorFlow Lite models: Vela for Ethos-U, Google's for the Edge TPU. */
import type { Condition, DataTypeName, SupportRule } from '@selvedge/onnx';
import { edgetpu as edgetpuNotes } from '../conditions/edgetpu.ts';
import { ethosU as ethosUNotes, withoutBatch } from '../conditions/ethos-u.ts';
import { onnxOf } from '../conditions/tflite.ts';
import { NoteReader } from '../notes.ts';
import { readOperatorTable } from '../parsers/operator-table.ts';
import { textOf } from '../read-source.ts';
import { sortTypes } from '../types.ts';
import type { Made, Material } from './material.ts';

const integers8 = sortTypes(['int8', 'uint8']);

/**
 * Google's Edge TPU compiler. Google's own page ("TensorFlow models on the Edge TPU") is in no
 * repository: the source is a copy of its table in somebody's notes, of an early version of the
 * runtime. Later versions take more, so that what it does not name is not known.
 */
export function edgetpu({ sources }: Material): Made {
  const notes = new NoteReader(edgetpuNotes);
  const rules = readOperatorTable(textOf(sources[0]!), ['Operation name']).flatMap(
    ({ op, cells }) => counterparts(op, notes.conditions(keyOf(op), cells[0] ?? ''), integers8),
  );
  notes.finish();
  return {
    provider: 'edgetpu',
    version: '2020-06',
    about: "the Edge TPU compiler, as a third party copied Google's table",
    types: 'groups',
    subgraphs: 'whole',
    // Sizes are constant, and only the three innermost dimensions may be above 1.
    always: [
      { fixed: 'values' },
      {
        any: [
          { rank: 0, is: { max: 3 } },
          { size: 0, axis: 0, is: { in: [1] } },
        ],
      },
    ],
    unlisted: 'unknown',
    rules: [...rules, ...borders()],
  };
}

/** Arm's Vela compiler for Ethos-U. */
export function ethosU({ sources }: Material): Made {
  const text = textOf(sources[0]!);
  const notes = new NoteReader(ethosUNotes);
  const specific = new Map(
    text
      .split(/^### TFLite /m)
      .slice(1)
      .map((part) => {
        const [, name = ''] = /^(\w+) Constraints/.exec(part) ?? [];
        return [
          name,
          [...part.matchAll(/^- [\s\S]*?(?=^- |$(?![\s\S]))/gm)].map((match) => match[0]).join(''),
        ];
      }),
  );
  notes.conditions('generic', specific.get('Generic') ?? '');
  const rules = readOperatorTable(text, ['Operator']).flatMap(({ op }) => {
    const key = keyOf(op);
    const batch: Condition[] = withoutBatch.has(key) ? [] : [{ size: 0, axis: 0, is: { in: [1] } }];
    const types =
      key === 'add' || key === 'mul' || key === 'sub'
        ? sortTypes([...integers8, 'int16', 'int32'])
        : sortTypes([...integers8, 'int16']);
    return counterparts(op, [...batch, ...notes.conditions(key, specific.get(op) ?? '')], types);
  });
  notes.finish();
  const [, version = ''] = /Vela version: `(\d+\.\d+)/.exec(text) ?? [];
  return {
    provider: 'ethos-u',
    version,
    about: 'Vela for Ethos-U, as NXP publishes it',
    types: 'groups',
    subgraphs: 'whole',
    always: [
      { fixed: 'values' },
      { rank: 0, is: { max: 4 } },
      { rank: { output: 0 }, is: { min: 1, max: 4 } },
      { size: { output: 0 }, is: { min: 1, max: 65535 } },
    ],
    unlisted: 'unsupported',
    rules: [...rules, ...borders()],
  };
}

const keyOf = (op: string): string => op.toLowerCase().replaceAll('_', '');

function counterparts(
  op: string,
  where: readonly Condition[],
  types: readonly DataTypeName[],
): SupportRule[] {
  const found = onnxOf[keyOf(op)];
  if (!found) throw new Error(`conditions/tflite.ts does not say what ${op} is in ONNX`);
  return found
    .filter(({ op: name }) => !/^(?:De)?[Qq]uantizeLinear$/.test(name))
    .map((counterpart) => {
      const all = [...(counterpart.where ?? []), ...where];
      return {
        id: `${counterpart.op}/${op}`,
        op: counterpart.op,
        inputs: [types, null],
        outputs: [sortTypes([...types, ...indices])],
        ...(all.length > 0 && { where: all }),
      };
    });
}

/** What nodes make that is no measure of anything: places, sizes, truth. */
const indices: readonly DataTypeName[] = ['int32', 'int64', 'bool'];

/**
 * What a converter to TensorFlow Lite leaves nothing of: quantisation becomes a tensor's, layout
 * NHWC. Where a value is really a float, as at the inputs and outputs of most models, quantising is
 * a node of its own, and both compilers leave it to the CPU.
 */
const borders = (): SupportRule[] => [
  {
    id: 'Transpose/layout',
    op: 'Transpose',
    where: [
      {
        attrIs: 'perm',
        oneOf: [
          [0, 3, 1, 2],
          [0, 2, 3, 1],
        ],
      },
    ],
  },
  { id: 'QuantizeLinear', op: 'QuantizeLinear', inputs: [quantised, null], outputs: [quantised] },
  {
    id: 'DequantizeLinear',
    op: 'DequantizeLinear',
    inputs: [sortTypes([...quantised, 'int32']), null],
    outputs: [sortTypes([...quantised, 'int32'])],
  },
];

const quantised = sortTypes(['int8', 'uint8', 'int16']);
