/** Kernel registrations in ONNX Runtime's C++ sources, read without a compiler. */
import type { DataTypeName, SupportRule } from '@selvedge/onnx';
import { coveredOpsets, type Schema, type Schemas } from '../schemas.ts';
import { sortTypes, typeNamed } from '../types.ts';
import { callsIn, expandMacros, splitArguments } from './macros.ts';

const domains: Readonly<Record<string, string>> = { kOnnxDomain: '', kMSDomain: 'com.microsoft' };

/** Lists of types that the sources name. */
export type NamedTypes = Readonly<Record<string, readonly DataTypeName[] | null>>;

/**
 * Rules of every kernel that the sources define for a provider.
 *
 * @param files text by path
 */
export function readKernelMacros(
  files: ReadonlyMap<string, string>,
  provider: string,
  named: NamedTypes,
  schemasOf: (domain: string) => Schemas | undefined,
): SupportRule[] {
  const rules: SupportRule[] = [];
  for (const text of files.values()) {
    const expanded = expandMacros(text);
    for (const { name, arguments: given } of callsIn(expanded, /\bONNX_OPERATOR_\w*KERNEL_EX\b/g)) {
      const kernel = kernelOf(name, given, provider);
      if (kernel) rules.push(...rulesOf(kernel, named, schemasOf));
    }
    for (const kernel of builtKernels(expanded)) rules.push(...rulesOf(kernel, named, schemasOf));
  }
  return rules;
}

interface Kernel {
  readonly op: string;
  readonly domain: string;
  readonly start: number;
  readonly end?: number;
  readonly builder: string;
}

/** `…[_VERSIONED][_TYPED]_KERNEL_EX(name, domain, start[, end][, type], provider, builder, class…)` */
function kernelOf(name: string, given: readonly string[], provider: string): Kernel | undefined {
  const [op = '', domainWord = '', start = ''] = given;
  const domain = domains[domainWord];
  if (domain === undefined || !given.some((word) => word.includes(provider))) return undefined;
  const builder =
    given.find((word) => word.includes('TypeConstraint') || word.includes('KernelDefBuilder')) ??
    '';
  if (!name.includes('VERSIONED')) return { op, domain, start: Number(start), builder };
  return { op, domain, start: Number(start), end: Number(given[3]), builder };
}

/**
 * Kernels that a function template builds: `template KernelCreateInfo CreateCastKernelInfo<6, 8>(bool)`
 * says the versions, the function's body the name and types. `enable_int64` is off by default.
 */
function builtKernels(text: string): Kernel[] {
  return [
    ...text.matchAll(
      /template KernelCreateInfo Create(\w+?)(Versioned)?KernelInfo<(\d+)(?:, (\d+))?>/g,
    ),
  ].map(([, op = '', , start, end]) => {
    const body =
      new RegExp(`KernelCreateInfo Create${op}(?:Versioned)?KernelInfo\\(bool[\\s\\S]*?\\n}`).exec(
        text,
      )?.[0] ?? '';
    return {
      op,
      domain: '',
      start: Number(start),
      ...(end !== undefined && { end: Number(end) }),
      builder: withLocals(body),
    };
  });
}

/** `const auto& t1 = f(…);` used by name below: the name replaced by its value. */
function withLocals(body: string): string {
  let text = body;
  for (const [, name = '', value = ''] of body.matchAll(/const auto& (\w+) = ([^;]+);/g))
    text = text.replaceAll(new RegExp(`, ${name}\\)`, 'g'), `, ${value})`);
  return text;
}

function rulesOf(
  { op, domain, start, end, builder }: Kernel,
  named: NamedTypes,
  schemasOf: (domain: string) => Schemas | undefined,
): SupportRule[] {
  const versions = schemasOf(domain)?.get(op);
  const covered = coveredOpsets(versions, start, end);
  if (!covered) return [];
  const constraints = new Map<string, readonly DataTypeName[] | null>();
  for (const { arguments: given } of callsIn(builder, /\bTypeConstraint\b/g)) {
    const variable = given[0]?.replaceAll('"', '') ?? '';
    if (!constraints.has(variable))
      constraints.set(variable, typesIn(given.slice(1).join(', '), named));
  }
  const schema = versions?.findLast(({ since }: Schema) => since <= covered.since);
  const name = domain === '' ? op : `${domain}:${op}`;
  const side = (parameters: readonly string[] | undefined) =>
    parameters?.some((variable) => constraints.get(variable)) && {
      list: parameters.map((variable) => constraints.get(variable) ?? null),
    };
  const [inputs, outputs] = [side(schema?.inputs), side(schema?.outputs)];
  return [
    {
      id: `${name}@${covered.since}`,
      op: name,
      ...covered,
      ...(inputs && { inputs: inputs.list }),
      ...(outputs && { outputs: outputs.list }),
    },
  ];
}

/** The types that an expression of a type constraint stands for; null where it is not understood. */
function typesIn(expression: string, named: NamedTypes): readonly DataTypeName[] | null {
  const call = /^\s*(?:[\w]+::)*(\w+)\(([^()]*)\)\s*$/.exec(expression);
  if (call && Object.hasOwn(named, `${call[1]}(${call[2]?.trim()})`))
    return named[`${call[1]}(${call[2]?.trim()})`] ?? null;
  if (call && Object.hasOwn(named, call[1]!)) return named[call[1]!] ?? null;
  const listed = [...expression.matchAll(/GetTensorType<([\w:]+)>/g)].map((match) =>
    typeNamed(match[1]!),
  );
  const typeList = /TypeList<([^>]*)>/.exec(expression)?.[1];
  if (typeList) listed.push(...splitArguments(typeList).map(typeNamed));
  const known = listed.filter((type) => type !== undefined);
  return listed.length > 0 && known.length === listed.length ? sortTypes(known) : null;
}
