/** `docs/OperatorKernels.md` of ONNX Runtime: the CPU provider's part. */
import type { DataTypeName, SupportRule } from '@selvedge/onnx';
import { coveredOpsets, type Schemas } from '../schemas.ts';
import { sortTypes, typeNamed } from '../types.ts';

/** `null` allows every type: a sequence, map or optional, whose elements the list does not divide. */
type Allowed = readonly DataTypeName[] | null;

/**
 * One rule for each row: operator, versions, and the types of every parameter.
 *
 * @param provider the section's anchor, such as `cpuexecutionprovider`
 */
export function readKernelTable(
  text: string,
  provider: string,
  schemasOf: (domain: string) => Schemas | undefined,
): SupportRule[] {
  const section = text.split(/<a name="/).find((part) => part.startsWith(`${provider}"`)) ?? '';
  const rules: SupportRule[] = [];
  let [domain, op, parameters] = ['', '', ''];
  for (const line of section.split('\n')) {
    const titled = /^\|\*\*Operator Domain:\*\* \*([^*]+)\*/.exec(line);
    if (titled) domain = titled[1] === 'ai.onnx' ? '' : titled[1]!;
    const row = /^\|([A-Za-z0-9_]*)\|(.*?)\|(\[?\d+[^|]*)\|(.*)\|$/.exec(line);
    if (!row) continue;
    const [, name, stated, versions, types] = row as unknown as string[];
    if (name) [op, parameters] = [name, stated ?? ''];
    const covered = coveredBy(versions!, schemasOf(domain)?.get(op));
    if (covered) rules.push(ruleOf(domain, op, covered, parameters, types ?? ''));
  }
  return rules;
}

function coveredBy(versions: string, schemas: Parameters<typeof coveredOpsets>[0]) {
  const range = /\[(\d+), (\d+)\]/.exec(versions);
  if (range) return coveredOpsets(schemas, Number(range[1]), Number(range[2]));
  const start = Number.parseInt(versions, 10);
  return coveredOpsets(schemas, start, versions.includes('+') ? undefined : start);
}

function ruleOf(
  domain: string,
  op: string,
  covered: { since: number; until?: number },
  parameters: string,
  types: string,
): SupportRule {
  const variables = readVariables(types);
  const form = bestForm(parameters, variables);
  const name = domain === '' ? op : `${domain}:${op}`;
  return {
    id: `${name}@${covered.since}`,
    op: name,
    ...covered,
    inputs: form.inputs.map((type) => typesOf(type, variables)),
    outputs: form.outputs.map((type) => typesOf(type, variables)),
  };
}

/** `**T** = tensor(float), tensor(int8)<br/> **T1** = …` */
function readVariables(types: string): Map<string, Allowed> {
  return new Map(
    types.split('<br/>').flatMap((part) => {
      const match = /\*\*([^*]+)\*\* = (.*)$/.exec(part.trim());
      return match ? [[match[1]!, allowed(match[2]!)] as const] : [];
    }),
  );
}

function allowed(list: string): Allowed {
  const words = list.match(/[a-z_]+\((?:[^()]|\([^()]*\))*\)/g) ?? [];
  const types = words.map((word) => typeNamed(/^tensor\((.*)\)$/.exec(word)?.[1] ?? ''));
  return types.every((type) => type !== undefined) ? sortTypes(types) : null;
}

const typesOf = (type: string, variables: ReadonlyMap<string, Allowed>): Allowed =>
  variables.get(type) ?? (type.includes('(') ? allowed(type) : null);

interface Form {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Of the parameter lists of an operator's versions, the one that this row's variables fit best. */
function bestForm(parameters: string, variables: ReadonlyMap<string, Allowed>): Form {
  const forms = parameters.split('<br><br>or<br><br>').map((form): Form => {
    const side = (which: string) =>
      [...form.matchAll(new RegExp(`\\*${which}\\* [^:]*:\\*\\*([^*]+)\\*\\*`, 'g'))].map(
        (match) => match[1]!,
      );
    return { inputs: side('in'), outputs: side('out') };
  });
  const misfit = ({ inputs, outputs }: Form): number => {
    const used = new Set([...inputs, ...outputs].filter((type) => !type.includes('(')));
    const unbound = [...used].filter((type) => !variables.has(type)).length;
    return unbound * 100 + [...variables.keys()].filter((name) => !used.has(name)).length;
  };
  return forms.reduce((best, form) => (misfit(form) < misfit(best) ? form : best));
}
