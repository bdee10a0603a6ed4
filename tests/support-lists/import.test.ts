/** Operator lists as scripts/support-lists makes them from published sources. */

import type { Model } from '@selvedge/onnx';
import { graphBuilder } from '@selvedge/onnx';
import { describe, expect, it } from 'vitest';
import { formatList } from '../../scripts/support-lists/format-list.ts';
import { functionRules } from '../../scripts/support-lists/lists/function-rules.ts';
import { hashNote, NoteReader } from '../../scripts/support-lists/notes.ts';
import { readFunctions } from '../../scripts/support-lists/parsers/function-definitions.ts';
import { readKernelMacros } from '../../scripts/support-lists/parsers/kernel-macros.ts';
import { readKernelTable } from '../../scripts/support-lists/parsers/kernel-table.ts';
import { expandMacros } from '../../scripts/support-lists/parsers/macros.ts';
import { readOldKernels } from '../../scripts/support-lists/parsers/old-kernels.ts';
import {
  readOperatorTable,
  readRanges,
} from '../../scripts/support-lists/parsers/operator-table.ts';
import { coveredOpsets, readChangelog } from '../../scripts/support-lists/schemas.ts';

const version = (op: string, since: number, x = 'T', y = 'T') =>
  `### <a name="${op}-${since}"></a>**${op}-${since}**</a>

#### Inputs

<dl>
<dt><tt>X</tt> : ${x}</dt>
<dd>Input.</dd>
<dt><tt>axes</tt> (optional) : tensor(int64)</dt>
</dl>

#### Outputs

<dl>
<dt><tt>Y</tt> : ${y}</dt>
</dl>
`;
const schemas = readChangelog(
  [version('Twist', 1), version('Twist', 11), version('Twist', 18), version('Bend', 13)].join('\n'),
);
const schemasOf = (domain: string) => (domain === '' ? schemas : undefined);

describe('the operator sets', () => {
  it('are read with their parameters by type variable', () => {
    expect(schemas.get('Twist')!.map(({ since }) => since)).toEqual([1, 11, 18]);
    expect(schemas.get('Bend')).toEqual([
      { since: 13, inputs: ['T', 'tensor(int64)'], outputs: ['T'] },
    ]);
  });

  it.each([
    ['a kernel without an end covers its own schema', 11, undefined, { since: 11, until: 17 }],
    ['the newest one, everything after', 18, undefined, { since: 18 }],
    ['one with an end covers every schema up to it', 1, 17, { since: 1, until: 17 }],
    ['one that starts between two schemas covers none', 12, undefined, undefined],
  ])('%s', (_, start, end, covered) => {
    expect(coveredOpsets(schemas.get('Twist'), start, end)).toEqual(covered);
  });

  it('say which operators are functions, and since when', () => {
    const source = `
ONNX_OPERATOR_SET_SCHEMA(
    Twist,
    18,
    OpSchema() // (a comment
        .SetDoc("a text :( with, commas")
        .FunctionBody(R"ONNX({ Y = Bend (X, "") })ONNX")
        .FunctionBody(R"ONNX({ Y = Turn (X) })ONNX", 20));
ONNX_OPERATOR_SET_SCHEMA(Bend, 13, OpSchema().SetContextDependentFunctionBodyBuilder(BuildBend));
ONNX_OPERATOR_SET_SCHEMA(Turn, 1, OpSchema());`;
    expect(readFunctions(new Map([['defs.cc', source]]))).toEqual(
      new Map([
        [
          'Twist',
          [
            { version: 18, built: false },
            { version: 20, built: false },
          ],
        ],
        ['Bend', [{ version: 13, built: true }]],
      ]),
    );
  });
});

describe("ONNX Runtime's table of kernels", () => {
  const table = [
    '<a name="cpuexecutionprovider"/>',
    '|**Operator Domain:** *ai.onnx*||||',
    '|Twist|*in* X:**T**<br> *in* axes:**tensor(int64)**<br> *out* Y:**T**<br><br>or<br><br>*in* X:**T1**<br> *out* Y:**T2**|18+|**T** = tensor(double), tensor(float)|',
    '|||[1, 17]|**T1** = tensor(float)<br/> **T2** = seq(tensor(float))|',
    '|**Operator Domain:** *com.microsoft*||||',
    '|Fold|*in* X:**T**|1+|**T** = tensor(uint8)|',
    '<a name="cudaexecutionprovider"/>',
    '|Other|*in* X:**T**|1+|**T** = tensor(uint8)|',
  ].join('\n');

  it('becomes a rule for each row, with the parameters that its types fit', () => {
    expect(readKernelTable(table, 'cpuexecutionprovider', schemasOf)).toEqual([
      {
        id: 'Twist@18',
        op: 'Twist',
        since: 18,
        inputs: [['float32', 'float64'], ['int64']],
        outputs: [['float32', 'float64']],
      },
      { id: 'Twist@1', op: 'Twist', since: 1, until: 17, inputs: [['float32']], outputs: [null] },
      {
        id: 'com.microsoft:Fold@1',
        op: 'com.microsoft:Fold',
        since: 1,
        inputs: [['uint8']],
        outputs: [],
      },
    ]);
  });
});

describe('operators without a kernel', () => {
  const modelOf = (op: string): Model => {
    const g = graphBuilder('test', { opset: 18 });
    g.output(g.node(op, [g.input('x', 'float32', [2])]), 'float32', [2]);
    return g.build();
  };
  const list = {
    ...{ provider: 'test', version: '1', about: 'a test', types: 'values' as const },
    ...{ subgraphs: 'inside' as const, always: [], unlisted: 'unsupported' as const },
    rules: [{ id: 'Tanh', op: 'Tanh', inputs: [['float32', 'float64'] as const] }],
  };
  const rulesOf = (version: number, built: boolean) =>
    functionRules(list, {
      functions: new Map([['Twist', [{ version, built }]]]),
      bodies: [{ op: 'Twist', whole: modelOf('Twist'), expanded: modelOf('Tanh') }],
      schemas: new Map([
        ['Twist', [{ since: 11, inputs: [], outputs: [] }]],
        ['Tanh', [1, 18].map((since) => ({ since, inputs: [], outputs: [] }))],
      ]),
    });
  const rule = { op: 'Twist', inputs: [['float32', 'float64'], null], note: 'as its function' };

  it('run as their function with the types that all of it runs with', () => {
    expect(rulesOf(11, true)).toEqual([{ id: 'Twist@11.function', since: 11, ...rule }]);
  });

  it('until an operator in the function changes, unless it is built anew', () => {
    expect(rulesOf(11, false)).toEqual([
      { id: 'Twist@11.function', since: 11, until: 17, ...rule },
    ]);
  });

  it('may have had one before ONNX knew them', () => {
    const line = (types: string) =>
      `class ONNX_OPERATOR_VERSIONED_${types && 'TYPED_'}KERNEL_CLASS_NAME(kCpuExecutionProvider, kOnnxDomain, 1, 16, ${types && `${types}, `}Twist);`;
    expect(readOldKernels([line('float'), line('double')].join('\n'))).toEqual([
      { op: 'Twist', since: 1, until: 16, types: ['float32', 'float64'] },
    ]);
    expect(readOldKernels(line(''))).toEqual([{ op: 'Twist', since: 1, until: 16 }]);
  });
});

describe('kernels in C++', () => {
  const source = String.raw`
#define TWIST_KERNEL(VERSION, TYPE) /* every version */ \
  ONNX_OPERATOR_KERNEL_EX(Twist, kOnnxDomain, VERSION, kWebGpuExecutionProvider, \
      (*KernelDefBuilder::Create()).TypeConstraint("T", TYPE), Twist);
ONNX_OPERATOR_VERSIONED_KERNEL_EX(
    Twist, kOnnxDomain, 1, 17, kWebGpuExecutionProvider,
    (*KernelDefBuilder::Create()).TypeConstraint("T", {DataTypeImpl::GetTensorType<int32_t>(),
                                                      DataTypeImpl::GetTensorType<float>()}),
    Twist);
TWIST_KERNEL(18, Floats())  // the newest
`;

  it('are read through the macros of their file', () => {
    expect(expandMacros('#define A(x, ...) f(x##1, __VA_ARGS__)\nA(a, b, c)').trim()).toBe(
      'f(a1, b, c)',
    );
    const named = { Floats: ['float32', 'float16'] as const };
    expect(readKernelMacros(new Map([['twist.cc', source]]), 'WebGpu', named, schemasOf)).toEqual([
      {
        id: 'Twist@1',
        op: 'Twist',
        since: 1,
        until: 17,
        inputs: [['float32', 'int32'], null],
        outputs: [['float32', 'int32']],
      },
      {
        id: 'Twist@18',
        op: 'Twist',
        since: 18,
        inputs: [['float32', 'float16'], null],
        outputs: [['float32', 'float16']],
      },
    ]);
  });
});

describe('tables with notes', () => {
  it('give operators and ranges', () => {
    const rows = readOperatorTable(
      '| Operator | Opset |\n|:--:|--|\n| Twist | ai.onnx(1-10, 11+) |\n',
      ['Operator'],
    );
    expect(rows).toEqual([{ op: 'Twist', cells: ['ai.onnx(1-10, 11+)', ''] }]);
    expect(readRanges('ai.onnx(1-10, 11, 12+); com.microsoft(1+)')).toEqual([
      { domain: '', since: 1, until: 10 },
      { domain: '', since: 11, until: 11 },
      { domain: '', since: 12 },
      { domain: 'com.microsoft', since: 1 },
    ]);
  });

  it('stop the import where a note says something else than what was read', () => {
    const read = { Twist: [hashNote('Only 2-D.'), [{ rank: 0, is: { in: [4] } }]] } as const;
    const same = new NoteReader(read);
    expect(same.conditions('Twist', 'Only  2-D.')).toHaveLength(1);
    expect(() => same.finish()).not.toThrow();
    const other = new NoteReader(read);
    other.conditions('Twist', 'Only 3-D.');
    expect(() => other.finish()).toThrow('Twist');
    expect(() => new NoteReader(read).finish()).toThrow('no note any more');
  });
});

it('a list is written with a line for each rule', () => {
  const text = formatList({
    provider: 'test',
    version: '1',
    about: 'a test provider',
    sources: [],
    imported: '2026-01-01',
    types: 'values',
    subgraphs: 'inside',
    always: [],
    unlisted: 'unsupported',
    rules: [
      { id: 'a', op: 'A' },
      { id: 'b', op: 'B' },
    ],
  });
  expect(text.split('\n').filter((line) => line.startsWith('    {'))).toHaveLength(2);
  expect(JSON.parse(text).rules).toHaveLength(2);
});
