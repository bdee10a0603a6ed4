import { type CallSite, type CodeFunction, type Expr, pathOf } from '../language/code.ts';
import {
  bindingsNamed,
  handedOver,
  lookedUpIn,
  type Origin,
  originsOf,
  ownFile,
  type Project,
  type SourceFile,
} from '../resolve/index.ts';
import { isEntryPoint } from '../waits/index.ts';
import { operatorOf } from './called-objects.ts';
import { mayMean, mostlyWraps, ofDeclaredType, ofFamily } from './called-on.ts';
import type { Coupling, Wrapper } from './coupling.ts';
import { nameOfDefault } from './default-exports.ts';
import { inRecord } from './in-records.ts';
import { keptAround, meansKept } from './kept.ts';
import { keepsForLater } from './registers.ts';

/** Wrappers around wrappers are followed so far; farther up it is the application. */
const maxDepth = 2;

/** What only likely calls a wrapper makes none of what is around it. */
const sureEnough = 0.64;

/** The named functions around couplings. A local engine's callers are local, and so no findings. */
export function wrappersOf(couplings: readonly Coupling[]): Wrapper[] {
  const wrappers = new Map<CodeFunction, Wrapper>();
  const kept = new Map<CodeFunction, Wrapper>();
  for (const coupling of couplings) {
    if (coupling.kind === 'local' || coupling.isHanded) continue;
    if (depthOf(coupling) >= maxDepth) continue;
    if (coupling.through && coupling.confidence < sureEnough) continue;
    const fn = enclosing(coupling.call.fn);
    if (fn && !wrappers.has(fn) && isWrapper(fn))
      wrappers.set(fn, { file: coupling.file, fn, coupling });
    const inside = keptAround(coupling);
    if (inside?.kept && !kept.has(inside.kept)) kept.set(inside.kept, inside);
  }
  return [...wrappers.values(), ...kept.values()];
}

function enclosing(fn: CodeFunction | undefined): CodeFunction | undefined {
  for (let at = fn; at; at = at.outer) {
    if (at.name !== '') return at;
    if (at.handedTo && keepsForLater(at.handedTo)) return undefined;
  }
  return undefined;
}

/**
 * An entry point (a route's handler, `main`, a constructor) is where a request comes in, no wrapper;
 * and who asks a stream for more has asked the model before.
 */
const isWrapper = (fn: CodeFunction): boolean =>
  !/^(main|constructor|__init__|init|setUp|setup|new|New|handler)$/.test(fn.name) &&
  !/^(Next|Recv|Current|next|__a?next__|__a?iter__|poll_next|hasNext|moveNext|MoveNextAsync)$/.test(
    fn.name,
  ) &&
  fn.name !== fn.owner &&
  !isEntryPoint(fn);

const depthOf = (coupling: Coupling): number =>
  coupling.through ? 1 + depthOf(coupling.through.coupling) : 0;

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
        ? callee(file, call, project, candidates)
        : called(file, call, project, byName);
      const found =
        meant ??
        handed(file, call, project, byName) ??
        (candidates ? undefined : lookedUp(file, call, project, byName));
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

/** The wrapper that a call means: by what its receiver or import resolves to. */
function callee(
  file: SourceFile,
  call: CallSite,
  project: Project,
  candidates: readonly Wrapper[],
): Meant | undefined {
  const kept = candidates.find((each) => each.kept && meansKept(each, call, file, project));
  if (kept) return { wrapper: kept, confidence: 1 };
  const others = candidates.filter(({ fn, kept }) => !kept && enclosing(call.fn) !== fn);
  const near = others.filter((wrapper) => isNear(file, call, project, wrapper));
  const direct = near.find(({ fn }) => isOwnOrAbove(fn, call, project, candidates));
  if (direct) return { wrapper: direct, confidence: 1 };
  const itself = candidates.find((wrapper) => callsItself(file, call, project, wrapper));
  if (itself) return { wrapper: itself, confidence: 1 };
  if (near.length > 0) return undefined;
  const site = { file, fn: call.fn, owner: call.owner };
  const declared = ofDeclaredType(call.expr.callee, site, project, others);
  if (declared) return { wrapper: declared, confidence: 0.95 };
  const inside = inRecord(call.expr.callee, site, project, others);
  if (inside) return { wrapper: inside, confidence: 0.9 };
  const origins = originsOf(call.expr.callee, site, project);
  for (const wrapper of others) {
    const meant = origins.some((origin) => isMeant(origin, wrapper, others, project));
    if (meant) return { wrapper, confidence: 0.95 };
  }
  const relative = ofFamily(call.expr.callee, file, others, project);
  if (relative) return { wrapper: relative, confidence: 0.65 };
  if (origins.length > 0 && !isAnyones(call, file)) return undefined;
  const alone = byNameAlone(project, others, enclosing(call.fn));
  return alone && origins.length > 0 ? { ...alone, confidence: 0.65 } : alone;
}

/**
 * Whether a call's object is a parameter that is declared without a type: what callers of functions
 * of its name give may be another's.
 */
function isAnyones({ expr: { callee }, fn }: CallSite, { language }: SourceFile): boolean {
  if (callee.is !== 'member' || !/^(python|javascript)$/.test(language.id)) return false;
  const [root = ''] = pathOf(callee);
  if (/^(this|self|cls|)$/.test(root)) return false;
  for (let at = fn; at; at = at.outer) {
    const param = at.params.find(({ name }) => name === root);
    if (param) return param.type === undefined;
  }
  return false;
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
  const meant = candidates && callee(file, made, project, candidates);
  return meant && { ...meant, confidence: meant.confidence * 0.95 };
}

/** The wrapper that a call finds in a table of functions, where most of what it may find is one. */
function lookedUp(
  file: SourceFile,
  call: CallSite,
  project: Project,
  byName: ReadonlyMap<string, readonly Wrapper[]>,
): Meant | undefined {
  const site = { file, fn: call.fn, owner: call.owner };
  const values = lookedUpIn(call.expr.callee, site, project);
  const found = values.flatMap(({ value, at }) => {
    const { fn: _, owner: __, ...rest } = call;
    const placed = { ...rest, ...(at.fn && { fn: at.fn }), ...(at.owner && { owner: at.owner }) };
    const made = { ...placed, expr: { ...call.expr, callee: value, args: [] } };
    const candidates = byName.get(calledName(made, at.file, project));
    return candidates ? (callee(at.file, made, project, candidates) ?? []) : [];
  });
  const [first] = found;
  if (!first || found.length * 2 < values.length || first.wrapper.fn === enclosing(call.fn))
    return undefined;
  return { ...first, confidence: first.confidence * 0.9 };
}

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

/** How files begin that declare the types that wrappers implement, or functions that give one. */
export function declarationsBehind(wrappers: readonly Wrapper[]): string[] {
  const types = new Set(
    wrappers.flatMap(({ fn, file }) =>
      file.code.types.flatMap(({ name, supers }) => (name === fn.owner ? supers : [])),
    ),
  );
  return [...types]
    .filter((type) => type.length >= 4 && !/^(object|Any|String|Sendable|Serializable)$/.test(type))
    .flatMap((type) => [
      ...['interface', 'class', 'protocol', 'trait'].map((kind) => `${kind} ${type}`),
      ...[`: ${type}<`, `: ${type} `, `-> ${type}`, `-> any ${type}`, `: ${type}\n`],
    ]);
}

interface Meant {
  readonly wrapper: Wrapper;
  /** How sure it is that the call means it, 0 to 1. */
  readonly confidence: number;
}

/** A bare call beside its function, or one on the object itself or a relative. */
function isNear(
  file: SourceFile,
  call: CallSite,
  project: Project,
  { file: of, fn }: Wrapper,
): boolean {
  const path = pathOf(call.expr.callee);
  const owner = call.owner ?? call.fn?.owner;
  const isSame = fn.owner === owner;
  const isNeighbour = project.neighbours(file).includes(of);
  if (path.length === 1 && isNeighbour && (fn.owner === undefined || isSame)) return true;
  if (path.length === 1 && !namesItself.test(of.language.id)) return false;
  if (path.length === 1) return isRelative(owner, fn, of, file, project);
  if (path.length !== 2 || !isSelf(path[0] ?? '', call)) return false;
  if (isNeighbour && isSame) return true;
  return isRelative(owner, fn, of, file, project);
}

/** Languages in which a method calls another of its object, or of a relative, by its name alone. */
const namesItself = /^(java|kotlin|swift|csharp)$/;

function isRelative(
  owner: string | undefined,
  { owner: other, name }: CodeFunction,
  of: SourceFile,
  { language }: SourceFile,
  project: Project,
): boolean {
  if (owner === undefined || other === undefined || of.language !== language) return false;
  return project.mayStandFor(other, owner, name);
}

/** A function that calls itself asks once more: it tries again, or asks for the parts of something. */
function callsItself(file: SourceFile, call: CallSite, project: Project, wrapper: Wrapper) {
  const [first = ''] = pathOf(call.expr.callee);
  return (
    enclosing(call.fn) === wrapper.fn &&
    !/^(super|base)$/.test(first) &&
    isNear(file, call, project, wrapper)
  );
}

/** What a type leaves to those that extend it reaches a model where most of them do. */
function isOwnOrAbove(
  { name, owner }: CodeFunction,
  call: CallSite,
  project: Project,
  candidates: readonly Wrapper[],
): boolean {
  const around = call.owner ?? call.fn?.owner;
  if (owner === undefined || around === undefined || owner === around) return true;
  return !project.extends(owner, around) || mostlyWraps(around, name, candidates, project);
}

function isSelf(name: string, call: CallSite): boolean {
  if (/^(this|self|super|base)$/.test(name)) return true;
  for (let fn = call.fn; fn; fn = fn.outer) if (fn.receiver === name) return true;
  return false;
}

function isMeant(
  origin: Origin,
  wrapper: Wrapper,
  wrappers: readonly Wrapper[],
  project: Project,
): boolean {
  const { file, fn } = wrapper;
  const path = ownFile(origin);
  const { owner } = fn;
  if (path === undefined) {
    // `database.message.create` is no function of a file, whatever that is called.
    const isFree = owner === undefined && origin.path.length <= 2;
    const names = isFree ? origin.path.slice(-1) : owner === undefined ? [] : origin.path;
    return names.includes(owner ?? fn.name) && project.ownsModule(origin.module);
  }
  if (path === file.path)
    return owner === undefined || origin.path.includes(owner) || origin.path.length === 1;
  const type = origin.path.at(-2);
  return owner !== undefined && type !== undefined && mayMean(type, wrapper, wrappers, project);
}

/** Where nothing says what the receiver is, a name of several words that only wrappers have. */
function byNameAlone(
  project: Project,
  [wrapper, ...more]: readonly Wrapper[],
  around: CodeFunction | undefined,
): Meant | undefined {
  if (!wrapper || !/[a-z][A-Z]|[a-z]_[a-z]/.test(wrapper.fn.name)) return undefined;
  const wrappers = new Set([wrapper, ...more].map(({ fn }) => fn));
  const all = project.functionsNamed(wrapper.fn.name);
  return all.every((fn) => fn === around || wrappers.has(fn))
    ? { wrapper, confidence: 0.7 }
    : undefined;
}

const through = (
  file: SourceFile,
  call: CallSite,
  { wrapper: { fn, coupling, isDeclared = false }, confidence }: Meant,
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
});

const nameOf = ({ owner, name }: CodeFunction): string =>
  owner === undefined ? name : `${owner}.${name}`;
