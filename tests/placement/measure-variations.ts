/**
 * Measures variations of the node tests, and writes down what became of them:
 * `node tests/placement/measure-variations.ts varied|further [cpu|webgpu|webgpu-web|webnn]…`
 */
import { type Model, readModel, walkNodes } from '@selvedge/onnx';
import { caseTruth } from './case-truth.ts';
import { corpus, isFirstHalf } from './corpus.ts';
import { nameNodes } from './named-nodes.ts';
import { ortNodeSessions } from './ort-node.ts';
import { type Runtime, runtimes } from './runtimes.ts';
import { type VariedTruth, writeVariedTruth } from './truth.ts';
import { plans, type VariedSet, variationsOf } from './variations.ts';

/**
 * `varied`: the first test of each operator in one half of the tests. `further`: the last one of
 * each operator in both halves, where that is another one.
 */
export function* variedCases(
  set: VariedSet,
): Generator<{ name: string; op: string; model: Model }> {
  const first = new Map<string, { name: string; op: string; model: Model }>();
  const last = new Map(first);
  for (const { name, model: bytes } of corpus()) {
    const model = readModel(bytes, { name });
    const [one, second] = walkNodes(model);
    if (!one || second || name.endsWith('.onnx')) continue;
    const op = one.node.opType ?? '';
    last.set(op, { name, op, model });
    if (!isFirstHalf(name) && !first.has(op)) first.set(op, { name, op, model });
  }
  if (set === 'varied') yield* first.values();
  else for (const [op, one] of last) if (first.get(op)?.name !== one.name) yield one;
}

/** Labels of variations, by where their node went. */
async function measure(runtime: Runtime, set: VariedSet): Promise<VariedTruth['cases']> {
  const [judge, sessions] = [await ortNodeSessions('cpu'), await runtime.open()];
  const cases: Record<string, { here: string[]; elsewhere: string[] }> = {};
  try {
    for (const { name, model } of variedCases(set)) {
      const found = { here: [] as string[], elsewhere: [] as string[] };
      for (const variation of variationsOf(model, plans[set])) {
        const named = nameNodes(variation.model);
        const { error = '' } = await judge.open(named, { level: 'basic' });
        if (error !== '' && !lacksKernel.test(error)) continue;
        const opened = await sessions.open(named, { level: 'basic' });
        const truth = caseTruth(variation.model, opened, { provider: runtime.logged });
        if (truth.unseen || truth.nodes === 0) continue;
        found[truth.elsewhere ? 'elsewhere' : 'here'].push(variation.label);
      }
      cases[name] = found;
    }
  } finally {
    await judge.close();
    await sessions.close();
  }
  return cases;
}

/** Other refusals of the CPU mean that the variation breaks the operator's own rules. */
const lacksKernel = /find an implementation|find kernel|Unsupported data type/;

if (import.meta.main) {
  const [given, ...wanted] = process.argv.slice(2);
  const set = given === 'further' ? 'further' : 'varied';
  for (const runtime of runtimes) {
    if (wanted.length > 0 && !wanted.includes(runtime.id.replace(/-[\d.]+$/, ''))) continue;
    const cases = await measure(runtime, set);
    writeVariedTruth(runtime.id, set, {
      provider: runtime.provider,
      runtime: runtime.name,
      cases,
    });
    console.log(`${runtime.id}: ${Object.keys(cases).length} operators`);
  }
}
