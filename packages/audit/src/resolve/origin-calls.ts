import type { Expr } from '../language/code.ts';
import { bindingsNamed, functionsIn, returnsIn } from './bindings.ts';
import { fieldAskedBy } from './generated-getters.ts';
import { ownersNamed, typeOrigins } from './origin-types.ts';
import { isOfReceiver, type Origin, ownFile } from './own-code.ts';
import type { Site } from './site.ts';
import type { SourceFile } from './source-file.ts';
import { lookedUpIn } from './tables.ts';
import type { Tracing } from './tracing.ts';

/** What a call comes from: what it calls, and what a function of the codebase gives back. */
export function callOrigins(
  callee: Expr,
  first: Expr | undefined,
  site: Site,
  steps: number,
  tracing: Tracing,
): Origin[] {
  if (callee.is === 'name' && (callee.name === 'require' || callee.name === 'import')) {
    const module = first?.is === 'text' && typeof first.parts[0] === 'string' ? first.parts[0] : '';
    return module === '' ? [] : tracing.imported({ module }, site, steps);
  }
  const service = callee.is === 'member' && isFactory(callee.name) ? literal(first) : undefined;
  if (service !== undefined) {
    const made = tracing
      .trace(callee, site, steps)
      .filter(({ module }) => /^(aio)?boto(3|core)$/.test(module));
    if (made.length > 0) return [{ module: `boto3.${service}`, path: [], opened: false }];
  }
  const made = callee.is === 'name' ? ownersNamed(callee.name, [], site, tracing) : [];
  const kept = lookedUpIn(callee, site, tracing.project).flatMap(({ value, at }) =>
    tracing.trace(value, at, steps - 1),
  );
  const origins = [...made, ...kept, ...tracing.trace(callee, site, steps)];
  const returned = returnedOrigins(callee, origins, site, steps, tracing);
  return [
    ...origins,
    ...(returned.length > 0 ? returned : askedFor(callee, origins, site, steps, tracing)),
  ];
}

/** The field that a method gives which a tool writes. */
function askedFor(
  callee: Expr,
  origins: readonly Origin[],
  { file }: Site,
  steps: number,
  tracing: Tracing,
): Origin[] {
  const field = fieldAskedBy(callee, file.language.id);
  if (!field) return [];
  return origins
    .filter((each) => ownFile(each) !== undefined && each.path.length > 1)
    .map((each) => ({ ...each, path: each.path.slice(0, -1) }))
    .flatMap((object) => tracing.memberOf(object, field.name, steps - 1));
}

/** What a function of the codebase gives back. */
function returnedOrigins(
  callee: Expr,
  origins: readonly Origin[],
  site: Site,
  steps: number,
  tracing: Tracing,
): Origin[] {
  const called = callee.is === 'name' || callee.is === 'member' ? callee.name : '';
  if (called === '') return [];
  const files = new Set([site.file]);
  for (const origin of origins) {
    const path = ownFile(origin);
    const file = path === undefined ? undefined : tracing.project.at(path);
    if (file) files.add(file);
  }
  for (const file of tracing.project.neighbours(site.file)) files.add(file);
  const isMeant = isOfReceiver(callee, origins, tracing.project);
  return [...files].flatMap((file) =>
    namesFor(called, file).flatMap((name) => [
      ...returnsIn(file.code, name)
        .filter(({ fn }) => isMeant(fn?.owner))
        .flatMap((binding) => tracing.bound([binding], { file }, steps)),
      ...functionsIn(file.code, name).flatMap(({ result, owner }) =>
        result !== undefined && isMeant(owner) ? typeOrigins(result, { file }, steps, tracing) : [],
      ),
    ]),
  );
}

/** A function's name, and the one that it is another name of: `const ask = askModel`. */
const namesFor = (called: string, { code }: SourceFile): string[] => [
  called,
  ...bindingsNamed(code, called).flatMap(({ value, fn, owner }) =>
    fn === undefined && owner === undefined && value?.is === 'name' && value.name !== called
      ? [value.name]
      : [],
  ),
];

/** boto3 makes a client by the service's name. */
const isFactory = (name: string): boolean => /^(client|create_client|resource)$/.test(name);

const literal = (expr: Expr | undefined): string | undefined =>
  expr?.is === 'text' && expr.parts.length === 1 && typeof expr.parts[0] === 'string'
    ? expr.parts[0]
    : undefined;
