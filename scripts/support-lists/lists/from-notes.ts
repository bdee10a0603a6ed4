/** Lists whose sources are tables of operators with a sentence about each. */
import type { SupportRule } from '@selvedge/onnx';
import { coreml as coremlNotes, withoutFloat } from '../conditions/coreml.ts';
import { nnapi as nnapiNotes } from '../conditions/nnapi.ts';
import { rknpu as rknpuNotes } from '../conditions/rknpu.ts';
import { tensorrt as tensorrtNotes } from '../conditions/tensorrt.ts';
import { NoteReader, type ReadNotes } from '../notes.ts';
import { readOperatorTable } from '../parsers/operator-table.ts';
import { textOf } from '../read-source.ts';
import { sortTypes, typeNamed } from '../types.ts';
import { type Made, type Material, withConditions } from './material.ts';

const floats = sortTypes(['float32', 'float16']);

/** ONNX Runtime's Core ML provider with ML Programs. Every operator from opset 7 on. */
export function coreml({ sources }: Material): Made {
  const named = (op: string) => (op === 'Argmax' ? 'ArgMax' : op);
  const rules = readNotedTable(textOf(sources[0]!), 'Operator', coremlNotes).map((rule) => {
    const op = named(rule.op);
    const typed = withoutFloat.has(op) ? {} : { inputs: [floats, null] };
    return { ...rule, id: `${op}@7`, op, since: 7, ...typed };
  });
  return {
    provider: 'coreml',
    version: '1.29',
    about: "ONNX Runtime's Core ML provider (ML Program)",
    types: 'values',
    subgraphs: 'whole',
    // `HasSupportedInputs` and `IsInputSupported`: at most 5 dimensions, none of them 0.
    always: [
      { rank: 0, is: { max: 5 } },
      { size: 0, is: { min: 1 } },
    ],
    unlisted: 'unsupported',
    rules,
  };
}

/** ONNX Runtime's NNAPI provider. */
export function nnapi({ sources }: Material): Made {
  const quantised = sortTypes(['float32', 'uint8', 'int8', 'int32']);
  const any = new Set([
    'Cast',
    'Gather',
    'Identity',
    'Reshape',
    'Concat',
    'QuantizeLinear',
    'DequantizeLinear',
  ]);
  return {
    provider: 'nnapi',
    version: '1.29',
    about: "ONNX Runtime's NNAPI provider",
    types: 'values',
    subgraphs: 'whole',
    // `IsNodeSupported`: sizes are known beforehand, at most 4 dimensions.
    always: [{ fixed: 0 }, { rank: 0, is: { max: 4 } }, { size: 0, is: { min: 1 } }],
    unlisted: 'unsupported',
    rules: readNotedTable(textOf(sources[0]!), 'Operator', nnapiNotes).map((rule) => ({
      ...rule,
      id: `${rule.op}@7`,
      ...(!rule.op.includes(':') && { since: 7 }),
      ...(!any.has(rule.op) && { inputs: [quantised, null] }),
    })),
  };
}

/** Rows `ai.onnx:Conv` or `com.microsoft:QLinearAdd` with a note. */
function readNotedTable(text: string, head: string, read: ReadNotes): SupportRule[] {
  const notes = new NoteReader(read);
  const rules = readOperatorTable(text, [head]).map(({ op, cells }): SupportRule => {
    const name = op.replace(/^ai\.onnx:/, '');
    return withConditions({ id: name, op: name }, notes.conditions(name, cells[0] ?? ''));
  });
  notes.finish();
  return rules;
}

/** TensorRT, as its ONNX parser documents it. */
export function tensorrt({ sources }: Material): Made {
  const text = textOf(sources[0]!);
  const notes = new NoteReader(tensorrtNotes);
  const rules = readOperatorTable(text, ['Operator']).flatMap(({ op, cells }) => {
    const [supported = '', types = '', note = ''] = cells;
    if (supported !== 'Y') return [];
    const listed = types.split(',').map((word) => typeNamed(word.trim().replace('INF', 'INT')));
    const known = sortTypes(listed.filter((type) => type !== undefined));
    const rule: SupportRule = { id: `${op}@9`, op, since: 9, inputs: [known, null] };
    return [withConditions(rule, notes.conditions(op, note))];
  });
  notes.finish();
  const [, version = ''] = /TensorRT (\d+\.\d+) supports/.exec(text) ?? [];
  return {
    provider: 'tensorrt',
    version,
    about: 'TensorRT',
    types: 'values',
    subgraphs: 'inside',
    always: [],
    unlisted: 'unsupported',
    rules: [
      ...rules,
      // The types that the table gives for these are those of the floating-point side.
      ...['DequantizeLinear'].map((op) => ({ id: `${op}@9.int`, op, since: 9 })),
    ],
  };
}

/** RKNN Toolkit 2, for Rockchip's NPUs. */
export function rknpu({ sources }: Material): Made {
  const text = textOf(sources[0]!).split('## Pytorch')[0]!;
  const notes = new NoteReader(rknpuNotes);
  const rules = readOperatorTable(text, ['Operators']).flatMap(({ op, cells }) => {
    const note = cells[0] ?? '';
    if (note === 'Not Supported') return [];
    const [, until = '19'] = /opset version is (\d+)/.exec(text) ?? [];
    const rule: SupportRule = { id: op, op, until: Number(until) };
    return [withConditions(rule, notes.conditions(op, note))];
  });
  notes.finish();
  return {
    provider: 'rknpu',
    version: '2.3.2',
    about: 'RKNN Toolkit 2',
    types: 'values',
    subgraphs: 'whole',
    always: [{ fixed: 'values' }],
    unlisted: 'unsupported',
    rules,
  };
}
