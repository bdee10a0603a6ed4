import type { DataTypeName, SupportRule } from '@selvedge/onnx';
import { webnn as webnnNotes } from '../conditions/webnn.ts';
import { NoteReader } from '../notes.ts';
import { readOperatorTable, readRanges } from '../parsers/operator-table.ts';
import { textOf } from '../read-source.ts';
import { sortTypes } from '../types.ts';
import { type Made, type Material, withConditions } from './material.ts';
import { withinLimits } from './webnn-limits.ts';

const webnnTypes: readonly DataTypeName[] = sortTypes([
  'float32',
  'float16',
  'int4',
  'uint4',
  'int8',
  'uint8',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]);

/** ONNX Runtime Web's WebNN provider. */
export function webnn({ sources }: Material): Made {
  const notes = new NoteReader(webnnNotes);
  const rules = readOperatorTable(textOf(sources[0]!), ['Operator']).flatMap(({ op, cells }) =>
    readRanges(cells[0] ?? '').map(({ domain, ...range }): SupportRule => {
      const name = domain === '' ? op : `${domain}:${op}`;
      return withConditions(
        { id: `${name}@${range.since}`, op: name, ...range },
        notes.conditions(name, cells[2] ?? ''),
      );
    }),
  );
  notes.finish();
  return {
    provider: 'webnn',
    version: '1.30+chromium-153',
    about: "ONNX Runtime Web's WebNN provider in Chromium",
    types: 'values',
    subgraphs: 'inside',
    always: [
      { fixed: 'inputs' },
      { type: 'values', in: webnnTypes },
      { size: 0, is: { min: 1 } },
      { size: { output: 0 }, is: { min: 1 } },
    ],
    unlisted: 'unsupported',
    rules: withinLimits(rules, textOf(sources[1]!)),
  };
}
