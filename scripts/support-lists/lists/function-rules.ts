/** Operators without a kernel that a runtime runs as the function that ONNX defines them by. */
import {
  type DataTypeName,
  dataTypes,
  edit,
  inferValues,
  judge,
  type Model,
  type SupportRule,
  type ValueInfoProto,
} from '@selvedge/onnx';
import type { FunctionBody } from '../function-bodies.ts';
import type { FunctionDefinition, Functions } from '../parsers/function-definitions.ts';
import type { Schemas } from '../schemas.ts';
import { sortTypes } from '../types.ts';
import type { Made } from './material.ts';

/** What function rules are made from, besides the kernels. */
export interface FunctionMaterial {
  readonly functions: Functions;
  readonly bodies: readonly FunctionBody[];
  readonly schemas: Schemas;
}

/**
 * Rules of operators as functions: an operator runs with the types that every operator of its
 * function has a kernel for. Where no body is known, and no kernel either, the operator is taken for
 * runnable with any type.
 */
export function functionRules(
  list: Made,
  { functions, bodies: all, schemas }: FunctionMaterial,
): SupportRule[] {
  const kernels = new Set(list.rules.map(({ op }) => op));
  const bodiesOf = Map.groupBy(all, ({ op }) => op);
  let found: SupportRule[] = [];
  // Functions are made of functions: what the first round finds serves the second.
  for (let round = 0; round < 2; round += 1) {
    const known = { ...list, rules: [...list.rules, ...found] };
    found = [...functions].flatMap(([op, versions]) => {
      const bodies = bodiesOf.get(op);
      if (!bodies)
        return kernels.has(op)
          ? []
          : [{ id: `${op}@function`, op, since: versions[0]!.version, note }];
      const ranges = versions.map((one) => rangeOf(op, one, bodies, schemas));
      return ranges.flatMap((range) => rulesOf(op, range, bodies, known));
    });
  }
  return found;
}

const note = 'as its function';

interface Range {
  readonly since: number;
  readonly until?: number;
}

/**
 * The operator sets of models that can use a function: one that is not built for each node is
 * refused where an operator that it names has changed since it was written
 * (`OpSchema::ValidateReferencedOpsInFunction`).
 */
function rangeOf(
  op: string,
  { version: since, built }: FunctionDefinition,
  bodies: readonly FunctionBody[],
  schemas: Schemas,
): Range {
  const named = bodies.flatMap(({ expanded }) =>
    built ? [] : expanded.graph.node.map((node) => node.opType),
  );
  const changes = [...new Set([op, ...named])].flatMap((name) =>
    (schemas.get(name ?? '') ?? []).map((schema) => schema.since).filter((at) => at > since),
  );
  return changes.length === 0 ? { since } : { since, until: Math.min(...changes) - 1 };
}

/** A rule for each value of the text attributes, which name methods, where the types depend on them. */
function rulesOf(
  op: string,
  range: Range,
  bodies: readonly FunctionBody[],
  known: Made,
): SupportRule[] {
  const textsOf = ({ whole }: FunctionBody) =>
    new Map(
      whole.graph.node[0]!.attribute.flatMap(({ name, s }) =>
        name && s?.length ? [[name, new TextDecoder().decode(s)] as const] : [],
      ),
    );
  const names = [...new Set(bodies.flatMap((body) => [...textsOf(body).keys()]))];
  const valuesOf = (body: FunctionBody) => names.map((name) => textsOf(body).get(name) ?? '');
  const head = { id: `${op}@${range.since}.function`, op, ...range };
  const rules = [...Map.groupBy(bodies, (body) => valuesOf(body).join('|')).values()].map(
    (alike): SupportRule | undefined => {
      const inputs = inputsOf(alike, range.since, known);
      const where = valuesOf(alike[0]!).map((value, at) => ({
        attr: names[at]!,
        is: { in: [value] },
        otherwise: '',
      }));
      return inputs && { ...head, inputs, where, note };
    },
  );
  const all = rules.filter((rule) => rule !== undefined);
  const isOne =
    all.length === rules.length && new Set(all.map(({ inputs }) => `${inputs}`)).size === 1;
  const [first] = all;
  return isOne && first ? [{ ...head, ...(first.inputs && { inputs: first.inputs }), note }] : all;
}

/** The types that the bodies run with where their operator's first input has them. */
function inputsOf(
  bodies: readonly FunctionBody[],
  opset: number,
  known: Made,
): SupportRule['inputs'] | undefined {
  const list = { ...known, sources: [], imported: '' };
  const runs = ({ expanded }: FunctionBody, from?: string, to?: DataTypeName): boolean => {
    const model = asOpset(from && to ? withType(expanded, from, to) : expanded, opset);
    return judge(model, inferValues(model), list).every(({ verdict }) => verdict !== 'unsupported');
  };
  const usable = bodies.filter((body) => runs(body));
  const own = typeOf(usable[0]?.whole.graph.input[0]);
  if (own === undefined) return undefined;
  const alike = usable.filter(({ whole }) => typeOf(whole.graph.input[0]) === own);
  const types = sortTypes([
    own,
    ...candidates.filter((type) => alike.every((body) => runs(body, own, type))),
  ]);
  const inputs = alike[0]!.whole.graph.input;
  return [...inputs.map((input) => (typeOf(input) === own ? types : null)), null];
}

const candidates: readonly DataTypeName[] = [
  ...(['float32', 'float16', 'bfloat16', 'float64'] as const),
  ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const),
];

const typeOf = (value: ValueInfoProto | undefined): DataTypeName | undefined => {
  const code = value?.type?.tensorType?.elemType;
  return (Object.keys(dataTypes) as DataTypeName[]).find((name) => dataTypes[name] === code);
};

const asOpset = (model: Model, version: number): Model =>
  edit(model, {
    opsetImport: model.opsetImport.map((one) => (one.domain ? one : edit(one, { version }))),
  });

/** With another type in place of one of the graph's inputs and outputs, so far as they have that. */
function withType(model: Model, from: string, to: DataTypeName): Model {
  const swap = (value: ValueInfoProto): ValueInfoProto => {
    const tensor = value.type?.tensorType;
    if (!value.type || typeOf(value) !== from || !tensor) return value;
    const tensorType = edit(tensor, { elemType: dataTypes[to] });
    return edit(value, { type: edit(value.type, { tensorType }) });
  };
  const { input, output } = model.graph;
  return edit(model, {
    graph: edit(model.graph, { input: input.map(swap), output: output.map(swap), valueInfo: [] }),
  });
}
