/** The operator sets of ONNX as its change log tells them. */

/** One version of an operator: what its parameters are, by type variable or literal type. */
export interface Schema {
  readonly since: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Versions of each operator of a domain, oldest first. */
export type Schemas = ReadonlyMap<string, readonly Schema[]>;

/** Reads `docs/Changelog.md` of onnx/onnx. */
export function readChangelog(text: string): Schemas {
  const schemas = new Map<string, Schema[]>();
  for (const section of text.split(/^### (?=<a name=)/m).slice(1)) {
    const name = /^<a name="(?:ai\.onnx[.a-z]*\.)?([A-Za-z0-9]+)-(\d+)">/.exec(section);
    if (!name) continue;
    const [, op = '', since = ''] = name;
    const versions = schemas.get(op) ?? [];
    versions.push({
      since: Number(since),
      inputs: parameters(section, 'Inputs'),
      outputs: parameters(section, 'Outputs'),
    });
    schemas.set(
      op,
      versions.sort((a, b) => a.since - b.since),
    );
  }
  return schemas;
}

function parameters(section: string, side: 'Inputs' | 'Outputs'): string[] {
  const part = new RegExp(`^#### ${side}[^\\n]*\\n([\\s\\S]*?)(?=^#### |$(?![\\s\\S]))`, 'm').exec(
    section,
  );
  return [...(part?.[1] ?? '').matchAll(/<dt><tt>[^<]*<\/tt>(?: \([^)]*\))? : ([^<]+)<\/dt>/g)].map(
    (match) => match[1]!.trim(),
  );
}

/**
 * What a kernel that is registered from `start` to `end` covers, in versions of a model's operator
 * set. ONNX Runtime matches the version of the schema that the model's version stands for: a kernel
 * without an end matches that one schema only, one with an end every schema from start to end
 * (`KernelRegistry::VerifyKernelDef`).
 */
export function coveredOpsets(
  versions: readonly Schema[] | undefined,
  start: number,
  end: number | undefined,
): { readonly since: number; readonly until?: number } | undefined {
  if (!versions) return end === undefined ? { since: start } : { since: start, until: end };
  const matched = versions.filter(({ since }) =>
    end === undefined ? since === start : since >= start && since <= end,
  );
  const [first, last] = [matched[0], matched.at(-1)];
  if (!first || !last) return undefined;
  const next = versions[versions.indexOf(last) + 1];
  return next ? { since: first.since, until: next.since - 1 } : { since: first.since };
}
