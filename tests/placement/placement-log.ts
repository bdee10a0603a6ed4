/** What ONNX Runtime's verbose log says about where nodes went. Nodes are numbers of `nameNodes`. */
import { numberOf } from './named-nodes.ts';

export interface LoggedPlacement {
  /** Whether a session came of it. */
  readonly initialised: boolean;
  /** Where nodes stand that have a name of ours. */
  readonly placed: ReadonlyMap<number, string>;
  /** Providers that got operators without one: what the runtime put in a function's place. */
  readonly added: ReadonlySet<string>;
  /** Where all nodes went, named or not, where they went to one provider. */
  readonly allOn?: string;
  /** Whether a provider that compiles its nodes, which are then not listed, took a node. */
  readonly asked: ReadonlyMap<number, boolean>;
}

export function readPlacement(log: string): LoggedPlacement {
  const lines = [...log.matchAll(/VerifyEachNodeIsAssignedToAnEp\]\s+(.*)/g)].map(
    ([, text]) => text!,
  );
  const allOn = /All nodes placed on \[(\w*)\]/.exec(log)?.[1];
  return {
    initialised: log.includes('Session successfully initialized'),
    ...listed(lines),
    ...(allOn === undefined ? {} : { allOn }),
    asked: askedNodes(log),
  };
}

/** `SessionState::VerifyEachNodeIsAssignedToAnEp`: a line per provider, below it `Conv (p7)` per node. */
function listed(lines: readonly string[]): Pick<LoggedPlacement, 'placed' | 'added'> {
  const placed = new Map<number, string>();
  const added = new Set<string>();
  let provider = '';
  for (const line of lines) {
    provider = /^Node\(s\) placed on \[(\w*)\]/.exec(line)?.[1] ?? provider;
    const [, operator = '', name] = /^(\S+) \((.*)\)$/.exec(line) ?? [];
    if (name === undefined || /^(MemcpyFromHost|MemcpyToHost|WEBNN_\w+)$/.test(operator)) continue;
    const number = numberOf(name);
    if (number === undefined) added.add(provider);
    else placed.set(number, provider);
  }
  return { placed, added };
}

/** WebNN's `GetSupportedNodes`; a graph is asked anew after a function in it was replaced. */
function askedNodes(log: string): Map<number, boolean> {
  const asked = new Map<number, boolean>();
  for (const [, name, supported] of log.matchAll(
    /GetSupportedNodes\] .* name: \[(\w*)\] supported: \[(\d)\]/g,
  )) {
    const number = numberOf(name!);
    if (number !== undefined) asked.set(number, supported === '1');
  }
  return asked;
}
