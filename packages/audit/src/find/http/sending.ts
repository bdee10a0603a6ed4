import {
  type Argument,
  type Binding,
  type CallExpr,
  type CodeFunction,
  type Expr,
  pathOf,
} from '../../language/code.ts';
import type { PlacedCall, Project, SourceFile } from '../../resolve/index.ts';
import { sendersHandedOut } from './handed-out.ts';
import { isSender } from './senders.ts';

/** Functions of the codebase that send what they are given, by name. */
export interface Sending {
  /** Those arguments of a call that go out; none where what it calls sends nothing. */
  argumentsSent(call: CallExpr): readonly Argument[];
  /** The requests that the functions of this name make of what they are given. */
  requestsIn(name: string): readonly PlacedCall[];
  /** Whether a call sends: one of a usual client, or of what a function of the codebase hands out. */
  isSender(call: CallExpr, file: SourceFile): boolean;
}

/** A function around a function around a sender: farther is not followed. */
const maxRounds = 4;

/**
 * Finds the functions that hand a parameter to what sends it: to a usual client, or to another such
 * function, in whatever file. Names stand for functions here; that an argument holds the address of
 * a model is what tells.
 */
export function functionsThatSend(project: Project): Sending {
  const sent = new Map<string, Sent>();
  const requests = new Map<string, Set<PlacedCall>>();
  const handedOut = sendersHandedOut(project);
  const sends = (call: CallExpr, file: SourceFile): boolean =>
    isSender(call, file) || handedOut.get(file)?.has(pathOf(call.callee).join('.')) === true;
  const calls = project.inFiles((file) => callsInFunctions(file, sends));
  for (let round = 0; round < maxRounds; round++) {
    let grew = false;
    for (const { placed, isUsual, bindings, fn } of calls) {
      const { file, call } = placed;
      const args = isUsual ? call.expr.args : argumentsAt(call.expr, sent);
      if (args.length === 0) continue;
      const names = new Set(args.flatMap(({ value }) => namesIn(value)));
      for (const [of, param] of paramsBehind(names, fn, bindings)) {
        if (keep(sent, of, param, file)) grew = true;
        requests.set(of.name, (requests.get(of.name) ?? new Set()).add(placed));
      }
    }
    if (!grew) break;
  }
  return {
    argumentsSent: (call) => (mostlySend(call, sent, project) ? argumentsAt(call, sent) : []),
    requestsIn: (name) => [...(requests.get(name) ?? [])],
    isSender: sends,
  };
}

/** Parameters that go out, by place and by name. */
interface Sent {
  readonly places: Set<number>;
  readonly names: Set<string>;
  /** The functions of the name that send. */
  readonly by: Set<CodeFunction>;
}

/** `search` is what many do: of a name whose functions mostly send nothing, no call says that it does. */
function mostlySend(
  { callee }: CallExpr,
  sent: ReadonlyMap<string, Sent>,
  project: Project,
): boolean {
  const name = pathOf(callee).at(-1) ?? '';
  return (sent.get(name)?.by.size ?? 0) * 2 >= project.functionsNamed(name).length;
}

interface Within {
  readonly placed: PlacedCall;
  readonly fn: CodeFunction;
  readonly isUsual: boolean;
  readonly bindings: ReadonlyMap<CodeFunction | undefined, readonly Binding[]>;
}

function callsInFunctions(file: SourceFile, sends: Sending['isSender']): Within[] {
  const bindings = Map.groupBy(file.code.bindings, ({ fn }) => fn);
  return file.code.calls.flatMap((call) =>
    call.fn && call.expr.args.length > 0
      ? { placed: { file, call }, fn: call.fn, bindings, isUsual: sends(call.expr, file) }
      : [],
  );
}

function keep(sent: Map<string, Sent>, fn: CodeFunction, param: string, file: SourceFile): boolean {
  const { name, params } = fn;
  const isMethod = file.language.id === 'python' && /^(self|cls)$/.test(params[0]?.name ?? '');
  const known = sent.get(name) ?? { places: new Set(), names: new Set(), by: new Set() };
  known.by.add(fn);
  const place = params.findIndex((each) => each.name === param) - (isMethod ? 1 : 0);
  const label = param.replace(/^[.*_]+/, '');
  if (place < 0 || (known.places.has(place) && known.names.has(label))) return false;
  known.places.add(place);
  known.names.add(label);
  sent.set(name, known);
  return true;
}

function argumentsAt({ callee, args }: CallExpr, sent: ReadonlyMap<string, Sent>): Argument[] {
  const known = callee.is === 'name' || callee.is === 'member' ? sent.get(callee.name) : undefined;
  if (!known) return [];
  return args.filter(({ name }, at) =>
    name === undefined ? known.places.has(at) : known.names.has(name) || known.places.has(at),
  );
}

/** Parameters of the named functions around whose values go into names, through local variables. */
function paramsBehind(
  names: ReadonlySet<string>,
  fn: CodeFunction,
  bindings: Within['bindings'],
): [CodeFunction, string][] {
  const around: CodeFunction[] = [];
  for (let at: CodeFunction | undefined = fn; at; at = at.outer) around.push(at);
  const seen = new Set(names);
  const found: [CodeFunction, string][] = [];
  for (const name of seen)
    for (const each of around) {
      if (each.params.some((param) => param.name === name) && isCallable(each))
        found.push([each, name]);
      for (const { name: bound, value } of bindings.get(each) ?? [])
        if (value && (bound === name || bound.startsWith(`${name}.`)))
          for (const behind of namesIn(value)) seen.add(behind);
    }
  return found;
}

const isCallable = ({ name }: CodeFunction): boolean =>
  name.length >= 3 && !/^(constructor|__init__|init|new)$/.test(name);

function namesIn(expr: Expr): string[] {
  switch (expr.is) {
    case 'name':
      return [expr.name];
    case 'member':
      return namesIn(expr.of);
    case 'text':
      return expr.parts.flatMap((part) => (typeof part === 'string' ? [] : namesIn(part)));
    case 'call':
      return [
        ...expr.args.flatMap(({ value }) => namesIn(value)),
        ...(expr.callee.is === 'member' ? namesIn(expr.callee.of) : []),
      ];
    case 'record':
      return expr.entries.flatMap(([, value]) => namesIn(value));
    case 'list':
      return expr.items.flatMap(namesIn);
    default:
      return [];
  }
}
