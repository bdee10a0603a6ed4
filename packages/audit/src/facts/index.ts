import { createHash } from 'node:crypto';
import type { Coupling } from '../find/index.ts';
import type { Finding } from '../finding.ts';
import { pathOf } from '../language/index.ts';
import { offlineOf, severityOf, tierOf } from './consequence.ts';
import { isStreaming, modelOf } from './options.ts';
import { personalSigns } from './personal.ts';
import { resilienceOf } from './resilience.ts';
import { syncOf } from './sync.ts';

/** Says of couplings what an owner asks: who waits, what is sent, what happens offline. */
export function describe(couplings: readonly Coupling[]): Finding[] {
  const seen = new Map<string, number>();
  return couplings
    .toSorted(
      (a, b) =>
        (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : 0) ||
        a.call.expr.line - b.call.expr.line,
    )
    .map((coupling) => findingOf(coupling, seen));
}

function findingOf(coupling: Coupling, seen: Map<string, number>): Finding {
  const { sync, sign } = syncOf(coupling);
  const model = modelOf(coupling);
  const facts = {
    kind: coupling.kind,
    sync,
    streaming: isStreaming(coupling),
    resilience: resilienceOf(coupling),
    data: coupling.data,
    personal: personalSigns(coupling),
    ...(model !== undefined && { model }),
  };
  return {
    file: coupling.file.path,
    line: coupling.call.expr.line,
    service: coupling.provider.name,
    ...facts,
    offline: offlineOf(facts),
    suggestedTier: tierOf(facts),
    confidence: Math.round(coupling.confidence * 100) / 100,
    evidence: [...coupling.evidence, ...(sign ? [`${sync}: ${sign}`] : [])],
    severity: severityOf(facts),
    fingerprint: fingerprintOf(coupling, seen),
  };
}

/** File, service, function and call, and which of several alike: lines may move. */
function fingerprintOf({ file, provider, call }: Coupling, seen: Map<string, number>): string {
  const what = [file.path, provider.name, call.owner, call.fn?.name, ...pathOf(call.expr.callee)];
  const key = what.join('\n');
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return createHash('sha256').update(`${key}\n${count}`).digest('hex').slice(0, 16);
}
