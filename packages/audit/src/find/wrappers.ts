import { type CallSite, type CodeFunction, pathOf } from '../language/code.ts';
import { originsOf, ownFile, type Project, type SourceFile } from '../resolve/index.ts';
import type { Coupling } from './coupling.ts';

/** A function of the codebase that reaches a model. */
export interface Wrapper {
  readonly file: SourceFile;
  readonly fn: CodeFunction;
  readonly coupling: Coupling;
}

/** Wrappers around wrappers are followed so far; farther up it is the application. */
const maxDepth = 3;

/** The named functions around couplings. A local engine's callers are local, and so no findings. */
export function wrappersOf(couplings: readonly Coupling[]): Wrapper[] {
  const wrappers = new Map<CodeFunction, Wrapper>();
  for (const coupling of couplings) {
    if (coupling.kind === 'local' || depthOf(coupling) >= maxDepth) continue;
    const fn = enclosing(coupling.call.fn);
    if (fn && !wrappers.has(fn) && isWrapper(fn))
      wrappers.set(fn, { file: coupling.file, fn, coupling });
  }
  return [...wrappers.values()];
}

function enclosing(fn: CodeFunction | undefined): CodeFunction | undefined {
  for (let at = fn; at; at = at.outer) if (at.name !== '') return at;
  return undefined;
}

/** An entry point (a route's handler, `main`, a constructor) is where a request comes in, no wrapper. */
const isWrapper = ({ name, owner }: CodeFunction): boolean =>
  !/^(main|constructor|__init__|init|setUp|setup|new|New|handler)$/.test(name) && name !== owner;

const depthOf = (coupling: Coupling): number =>
  coupling.through ? 1 + depthOf(coupling.through.coupling) : 0;

/** Calls of wrappers, as couplings of what they wrap. */
export function findWrapperCalls(
  project: Project,
  wrappers: readonly Wrapper[],
  known: ReadonlySet<CallSite>,
): Coupling[] {
  const byName = Map.groupBy(wrappers, ({ fn }) => fn.name);
  return project.files.flatMap((file) =>
    file.code.calls.flatMap((call) => {
      if (known.has(call)) return [];
      const candidates = byName.get(pathOf(call.expr.callee).at(-1) ?? '');
      const wrapper = candidates && callee(file, call, project, candidates);
      return wrapper ? [through(file, call, wrapper)] : [];
    }),
  );
}

/** The wrapper that a call means: by what its receiver or import resolves to. */
function callee(
  file: SourceFile,
  call: CallSite,
  project: Project,
  candidates: readonly Wrapper[],
): Wrapper | undefined {
  const path = pathOf(call.expr.callee);
  const isBare = path.length === 1;
  const onSelf = path.length === 2 && (path[0] === 'this' || path[0] === call.fn?.receiver);
  for (const wrapper of candidates) {
    if (enclosing(call.fn) === wrapper.fn) continue;
    const neighbour = project.neighbours(file).includes(wrapper.file);
    const { owner } = wrapper.fn;
    if (neighbour && isBare && (owner === undefined || owner === call.owner)) return wrapper;
    if (neighbour && onSelf && owner === call.owner) return wrapper;
  }
  const origins = originsOf(call.expr.callee, { file, fn: call.fn, owner: call.owner }, project);
  for (const wrapper of candidates) {
    const { owner } = wrapper.fn;
    const found = origins.some(
      (origin) =>
        ownFile(origin) === wrapper.file.path &&
        (owner === undefined || origin.path.includes(owner) || origin.path.length === 1),
    );
    if (found) return wrapper;
  }
  return undefined;
}

const through = (file: SourceFile, call: CallSite, { fn, coupling }: Wrapper): Coupling => ({
  file,
  call,
  provider: coupling.provider,
  kind: 'wrapper',
  data: coupling.data,
  confidence: coupling.confidence * 0.95,
  evidence: [
    { file, line: call.expr.line, says: `calls ${nameOf(fn)}` },
    {
      file: coupling.file,
      line: coupling.call.expr.line,
      says: `${nameOf(fn)} reaches ${coupling.provider.title} here`,
    },
  ],
  through: { fn, coupling },
});

const nameOf = ({ owner, name }: CodeFunction): string =>
  owner === undefined ? name : `${owner}.${name}`;
