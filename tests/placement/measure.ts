/**
 * Measures where every node of the corpus goes, and writes it down:
 * `node tests/placement/measure.ts [cpu|webgpu|webgpu-web|webnn]…`, all by default.
 */
import { readModel } from '@selvedge/onnx';
import { caseTruth } from './case-truth.ts';
import { type Case, corpus } from './corpus.ts';
import { keptNodes } from './kept-nodes.ts';
import { nameNodes } from './named-nodes.ts';
import { type Runtime, runtimes } from './runtimes.ts';
import type { OpenOptions } from './sessions.ts';
import { type CaseTruth, writeTruth } from './truth.ts';

/** The truth of some cases by one runtime. */
export async function measure(
  runtime: Runtime,
  cases: Iterable<Case>,
): Promise<Record<string, CaseTruth>> {
  const kept = await keptNodes();
  const sessions = await runtime.open();
  const measured: Record<string, CaseTruth> = {};
  try {
    for (const { name, model: bytes } of cases) {
      const model = readModel(bytes, { name });
      const named = nameNodes(model);
      const isKept = await kept.of(named);
      const open = async (options: OpenOptions) =>
        caseTruth(model, await sessions.open(named, options), {
          provider: runtime.logged,
          ...(isKept && { isKept }),
        });
      const truth = await open({ level: 'basic' });
      measured[name] =
        truth.unseen && runtime.provider === 'webgpu'
          ? withNamesFrom(truth, await open({ level: 'basic', layout: 'NCHW' }))
          : truth;
    }
  } finally {
    await sessions.close();
    await kept.close();
  }
  return measured;
}

/**
 * In its own layout WebGPU replaces Conv, pooling, Resize and the like by nodes without a name: what
 * is unseen for that reason is taken from the other layout, where they keep theirs.
 */
function withNamesFrom({ unseen = [], ...truth }: CaseTruth, named: CaseTruth): CaseTruth {
  const still = unseen.filter((at) => named.unseen?.includes(at));
  const found = unseen.filter((at) => named.elsewhere?.includes(at));
  const elsewhere = [...(truth.elsewhere ?? []), ...found].sort((a, b) => a - b);
  return {
    ...truth,
    ...(elsewhere.length > 0 && { elsewhere }),
    ...(still.length > 0 && { unseen: still }),
  };
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const runtime of runtimes) {
    const short = runtime.id.replace(/-[\d.]+$/, '');
    if (wanted.length > 0 && !wanted.includes(short)) continue;
    const cases = await measure(runtime, corpus());
    writeTruth(runtime.id, { provider: runtime.provider, runtime: runtime.name, cases });
    const all = Object.values(cases);
    const elsewhere = all.reduce((sum, one) => sum + (one.elsewhere?.length ?? 0), 0);
    const unseen = all.reduce((sum, one) => sum + (one.unseen?.length ?? 0), 0);
    console.log(
      `${runtime.id}: ${all.length} models, ${elsewhere} nodes elsewhere, ${unseen} unseen`,
    );
  }
}
