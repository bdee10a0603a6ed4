import { createHash } from 'node:crypto';
import type { Defects } from '../defects.ts';
import type { Coupling, Sign } from '../find/index.ts';
import type { Evidence, Finding } from '../finding.ts';
import { pathOf } from '../language/index.ts';
import { lineOf, type Manifest, Project, type SourceFile } from '../resolve/index.ts';
import { masked } from '../secret/index.ts';
import { applicationBy, givenByName } from '../waits/index.ts';
import { offlineOf, severityOf, tierOf } from './consequence.ts';
import { isStreaming, modelOf } from './options.ts';
import { personalSigns } from './personal.ts';
import { resilienceOf } from './resilience.ts';
import { type SyncOf, syncByCoupling } from './sync.ts';
import { taskOf } from './task.ts';

export { taskOf } from './task.ts';

/** What was read of a codebase. */
interface Read {
  readonly parsed: readonly SourceFile[];
  readonly manifests: readonly Manifest[];
  readonly defects: Defects;
}

/** Says of couplings what an owner asks: who waits, what is sent, what happens offline. */
export function describe(
  couplings: readonly Coupling[],
  { defects, manifests, parsed }: Read,
): Finding[] {
  const project = new Project(parsed, undefined, defects);
  const syncOf = syncByCoupling(couplings, {
    applicationOf: applicationBy(manifests),
    givenByName: givenByName(project),
    project,
  });
  const seen = new Map<string, number>();
  return couplings
    .toSorted(
      (a, b) =>
        (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : 0) ||
        a.call.expr.line - b.call.expr.line,
    )
    .flatMap(
      (coupling) =>
        defects.within(coupling.file.path, () => findingOf(coupling, { syncOf, project, seen })) ??
        [],
    );
}

interface Known {
  readonly syncOf: SyncOf;
  readonly project: Project;
  /** How many findings there were of each key. */
  readonly seen: Map<string, number>;
}

function findingOf(coupling: Coupling, { syncOf, project, seen }: Known): Finding {
  const { call, file } = coupling;
  const { sync, sign } = syncOf(coupling);
  const model = modelOf(coupling);
  const waits = { file, line: nameLine(coupling), says: `${sync}: ${sign}` };
  const evidence = [...coupling.evidence, ...(sign === '' ? [] : [waits])].map(evidenceOf);
  const said = {
    kind: coupling.kind,
    sync,
    streaming: isStreaming(coupling),
    resilience: resilienceOf(coupling, project),
    data: coupling.data,
    personal: personalSigns(coupling),
    ...(model !== undefined && { model: masked(model) }),
  };
  const facts = {
    ...said,
    task: taskOf({ ...said, evidence }),
    isOwnServer: coupling.provider.kind === 'server',
  };
  const { tier, reason } = tierOf(facts);
  return {
    file: file.path,
    line: call.expr.line,
    endLine: call.expr.endLine,
    language: file.language.title,
    service: coupling.provider.name,
    ...said,
    offline: offlineOf(facts),
    suggestedTier: tier,
    tierReason: reason,
    confidence: Math.round(coupling.confidence * 100) / 100,
    evidence,
    severity: severityOf(facts),
    fingerprint: fingerprintOf(coupling, seen),
  };
}

/** The line of a function's name: annotations and modifiers may stand on lines before it. */
function nameLine({ call: { fn, expr }, file }: Coupling): number {
  if (!fn) return expr.line;
  const last = Math.min(fn.endLine, fn.line + maxMarkLines);
  for (let line = fn.line; fn.name !== '' && line <= last; line++)
    if (lineOf(file, line).includes(fn.name)) return line;
  return fn.line;
}

const maxMarkLines = 20;

const evidenceOf = ({ file, line, says }: Sign): Evidence => ({
  file: file.path,
  line,
  code: masked(lineOf(file, line)),
  says: masked(says),
});

/** File, service, function and call, and which of several alike: lines may move. */
function fingerprintOf({ file, provider, call }: Coupling, seen: Map<string, number>): string {
  const what = [file.path, provider.name, call.owner, call.fn?.name, ...pathOf(call.expr.callee)];
  const key = what.join('\n');
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return createHash('sha256').update(`${key}\n${count}`).digest('hex').slice(0, 16);
}
