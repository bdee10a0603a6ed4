import type { SupportRule } from '@selvedge/onnx';
import { readKernelTable } from '../parsers/kernel-table.ts';
import { textOf } from '../read-source.ts';
import { sortTypes } from '../types.ts';
import type { Made, Material } from './material.ts';

/** ONNX Runtime's CPU provider. */
export function cpu({ sources, schemasOf, functions }: Material): Made {
  const rules = readKernelTable(textOf(sources[0]!), 'cpuexecutionprovider', schemasOf).map(
    withFloat16,
  );
  const known = new Set(rules.map(({ op }) => op));
  return {
    provider: 'cpu',
    version: '1.29',
    about: "ONNX Runtime's CPU provider",
    types: 'values',
    subgraphs: 'inside',
    always: [],
    unlisted: 'unsupported',
    rules: [...rules, ...[...functions].filter((op) => !known.has(op)).map(asFunction)],
  };
}

/** ONNX Runtime casts float16 to float32 around a node whose kernel takes only that (InsertCastTransformer). */
function withFloat16(rule: SupportRule): SupportRule {
  const widen = (lists: SupportRule['inputs']) =>
    lists?.map((types) => (types?.includes('float32') ? sortTypes([...types, 'float16']) : types));
  const [inputs, outputs] = [widen(rule.inputs), widen(rule.outputs)];
  return { ...rule, ...(inputs && { inputs }), ...(outputs && { outputs }) };
}

/** A runtime without a kernel for an operator runs the operators that ONNX defines it by. */
const asFunction = (op: string): SupportRule => ({
  id: `${op}@function`,
  op,
  note: 'as its function',
});
