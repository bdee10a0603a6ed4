import { type CallSite, type CodeFunction, type Expr, pathOf } from '../../language/code.ts';
import {
  bindingsNamed,
  givenFunctions,
  handedOver,
  lookedUpIn,
  type Project,
  type SourceFile,
} from '../../resolve/index.ts';
import { operatorOf } from '../called-objects.ts';
import type { Coupling, Wrapper } from '../coupling.ts';
import { ofDeclaredType } from './called-on.ts';
import { nameOfDefault } from './default-exports.ts';
import { enclosing } from './enclosing.ts';
import { type Meant, meantWrapper } from './meant-wrapper.ts';

/** Calls of wrappers, as couplings of what they wrap. */
export function findWrapperCalls(
  project: Project,
  wrappers: readonly Wrapper[],
  known: ReadonlySet<CallSite>,
): Coupling[] {
  const byName = Map.groupBy(wrappers, ({ fn }) => fn.name);
  return project.inFiles((file) =>
    file.code.calls.flatMap((call) => {
      if (known.has(call)) return [];
      const candidates = byName.get(calledName(call, file, project));
      const meant = candidates
        ? meantWrapper(file, call, project, candidates)
        : called(file, call, project, byName);
      const found =
        meant ??
        handed(file, call, project, byName) ??
        (candidates && !isOwnName(call, file) ? undefined : lookedUp(file, call, project, byName));
      return found ? [through(file, call, found)] : [];
    }),
  );
}

/** What a call calls, by the name that it was declared with. */
function calledName({ expr }: CallSite, file: SourceFile, project: Project): string {
  const path = pathOf(expr.callee);
  const last = path.at(-1) ?? '';
  if (path.length > 1) return last;
  const imported = file.code.imports.find(({ local }) => local === last);
  if (imported?.name === 'default') return nameOfDefault(file, imported, project);
  return imported?.name ?? last;
}

/** The operator of a called object, by the type that the object is declared with. */
function called(
  file: SourceFile,
  call: CallSite,
  project: Project,
  byName: ReadonlyMap<string, readonly Wrapper[]>,
): Meant | undefined {
  const operator = operatorOf(call.expr, file.language.id);
  const candidates = operator?.is === 'member' ? byName.get(operator.name) : undefined;
  if (!operator || !candidates) return undefined;
  const others = candidates.filter(({ fn }) => enclosing(call.fn) !== fn);
  const site = { file, fn: call.fn, owner: call.owner };
  const wrapper = ofDeclaredType(operator, site, project, others);
  return wrapper && { wrapper, confidence: 0.95 };
}

/** The wrapper that a call hands to another to be called: `to_thread(self.ask, q)`. */
function handed(
  file: SourceFile,
  call: CallSite,
  project: Project,
  byName: ReadonlyMap<string, readonly Wrapper[]>,
): Meant | undefined {
  const value = handedOver(call.expr);
  if (!value || !isFunction(value, call, file)) return undefined;
  const made = { ...call, expr: { ...call.expr, callee: value, args: [] } };
  const candidates = byName.get(calledName(made, file, project));
  const meant = candidates && meantWrapper(file, made, project, candidates);
  return meant && { ...meant, confidence: meant.confidence * 0.95 };
}

/**
 * The wrapper that a call finds in a table of functions, or among those that its function is given
 * to call, where most of what it may find is one.
 */
function lookedUp(
  file: SourceFile,
  call: CallSite,
  project: Project,
  byName: ReadonlyMap<string, readonly Wrapper[]>,
): Meant | undefined {
  const site = { file, fn: call.fn, owner: call.owner };
  const { callee } = call.expr;
  const inTables = lookedUpIn(callee, site, project);
  const values = inTables.length > 0 ? inTables : givenFunctions(callee, site, project);
  const found = values.flatMap(({ value, at }) => {
    const { fn: _, owner: __, ...rest } = call;
    const placed = { ...rest, ...(at.fn && { fn: at.fn }), ...(at.owner && { owner: at.owner }) };
    const made = { ...placed, expr: { ...call.expr, callee: value, args: [] } };
    const candidates = byName.get(calledName(made, at.file, project));
    return candidates ? (meantWrapper(at.file, made, project, candidates) ?? []) : [];
  });
  const [first] = found;
  const isHanded = inTables.length === 0;
  const share = found.length / values.length;
  // Of what a function is given under a name of its own, fewer have to be one: less surely.
  const isEnough = share >= (isHanded ? 1 / 3 : 1 / 2);
  if (!first || !isEnough || first.wrapper.fn === enclosing(call.fn)) return undefined;
  const confidence = first.confidence * (share < 1 / 2 ? 0.6 : 0.9);
  return { ...first, confidence, ...(isHanded && { isHanded }) };
}

/** Whether a call calls a parameter or a variable of its function, whatever else is called so. */
const isOwnName = (call: CallSite, file: SourceFile): boolean =>
  call.expr.callee.is === 'name' && !isFunction(call.expr.callee, call, file);

/** A parameter or variable of a wrapper's name holds what else it may. */
function isFunction(value: Expr, { fn }: CallSite, { code }: SourceFile): boolean {
  if (value.is !== 'name') return true;
  const bindings = bindingsNamed(code, value.name);
  for (let at = fn; at; at = at.outer)
    if (
      at.params.some(({ name }) => name === value.name) ||
      bindings.some(({ fn: of }) => of === at)
    )
      return false;
  return true;
}

const through = (
  file: SourceFile,
  call: CallSite,
  { wrapper: { fn, coupling, isDeclared = false }, confidence, isHanded }: Meant,
): Coupling => ({
  file,
  call,
  provider: coupling.provider,
  kind: isDeclared ? coupling.kind : 'wrapper',
  data: coupling.data,
  confidence: coupling.confidence * confidence,
  evidence: [
    { file, line: call.expr.line, says: `calls ${nameOf(fn)}` },
    {
      file: coupling.file,
      line: coupling.call.expr.line,
      says: isDeclared
        ? (coupling.evidence[0]?.says ?? '')
        : `${nameOf(fn)} reaches ${coupling.provider.title} here`,
    },
  ],
  ...(!isDeclared && { through: { fn, coupling } }),
  ...(isHanded && { isHanded }),
});

const nameOf = ({ owner, name }: CodeFunction): string =>
  owner === undefined ? name : `${owner}.${name}`;
