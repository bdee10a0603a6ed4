import type { SupportRule } from '@selvedge/onnx';
import { readFunctionBodies } from '../function-bodies.ts';
import { readKernelTable } from '../parsers/kernel-table.ts';
import { readOldKernels } from '../parsers/old-kernels.ts';
import { textOf } from '../read-source.ts';
import { sortTypes } from '../types.ts';
import { functionRules } from './function-rules.ts';
import type { Made, Material } from './material.ts';

/** ONNX Runtime's CPU provider. */
export function cpu({ sources, schemasOf, functions }: Material): Made {
  const [table, contributed, tests] = sources;
  const listed = readKernelTable(textOf(table!), 'cpuexecutionprovider', schemasOf);
  const rules = [...listed, ...oldRules(textOf(contributed!), listed)].map(withFloat16);
  const made: Made = {
    provider: 'cpu',
    // The sources are 1.29's; what was measured on 1.30 corrects them.
    version: '1.29+1.30',
    about: "ONNX Runtime's CPU provider",
    types: 'values',
    subgraphs: 'inside',
    always: [],
    unlisted: 'unsupported',
    rules,
  };
  const bodies = readFunctionBodies(tests!);
  const known = { functions, bodies, schemas: schemasOf('')! };
  return { ...made, rules: [...rules, ...functionRules(made, known)] };
}

/** Where the registration does not tell types, they are those of the kernels that came after. */
const oldRules = (text: string, listed: readonly SupportRule[]): SupportRule[] =>
  readOldKernels(text).map(({ op, since, until, types }) => {
    const later = listed.find((rule) => rule.op === op && rule.inputs)?.inputs?.[0];
    const taken = types ?? later;
    return { id: `${op}@${since}.old`, op, since, until, ...(taken && { inputs: [taken, null] }) };
  });

/** ONNX Runtime casts float16 to float32 around a node whose kernel takes only that (InsertCastTransformer). */
function withFloat16(rule: SupportRule): SupportRule {
  const widen = (lists: SupportRule['inputs']) =>
    lists?.map((types) => (types?.includes('float32') ? sortTypes([...types, 'float16']) : types));
  const [inputs, outputs] = [widen(rule.inputs), widen(rule.outputs)];
  return { ...rule, ...(inputs && { inputs }), ...(outputs && { outputs }) };
}
