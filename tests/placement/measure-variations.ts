/**
 * Measures variations of the node tests that no rule was tuned on, and writes down what became of
 * them: `node tests/placement/measure-variations.ts [cpu|webgpu|webgpu-web|webnn]…`
 */
import { type Model, readModel, walkNodes } from '@selvedge/onnx';
import { caseTruth } from './case-truth.ts';
import { corpus, isTuning } from './corpus.ts';
import { nameNodes } from './named-nodes.ts';
import { ortNodeSessions } from './ort-node.ts';
import { type Runtime, runtimes } from './runtimes.ts';
import { type VariedTruth, writeVariedTruth } from './truth.ts';
import { variationsOf } from './variations.ts';

/** The first test of each operator in the half that no rule was tuned on. */
export function* variedCases(): Generator<{ name: string; model: Model }> {
  const seen = new Set<string>();
  for (const { name, model: bytes } of corpus()) {
    if (isTuning(name)) continue;
    const model = readModel(bytes, { name });
    const [first, second] = walkNodes(model);
    const op = first?.node.opType ?? '';
    if (second || seen.has(op)) continue;
    seen.add(op);
    yield { name, model };
  }
}

/** Labels of variations, by where their node went. */
async function measure(runtime: Runtime): Promise<VariedTruth['cases']> {
  const [judge, sessions] = [await ortNodeSessions('cpu'), await runtime.open()];
  const cases: Record<string, { here: string[]; elsewhere: string[] }> = {};
  try {
    for (const { name, model } of variedCases()) {
      const found = { here: [] as string[], elsewhere: [] as string[] };
      for (const variation of variationsOf(model)) {
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
  const wanted = process.argv.slice(2);
  for (const runtime of runtimes) {
    if (wanted.length > 0 && !wanted.includes(runtime.id.replace(/-[\d.]+$/, ''))) continue;
    const cases = await measure(runtime);
    writeVariedTruth(runtime.id, {
      provider: runtime.provider,
      runtime: runtime.name,
      cases,
    });
    console.log(`${runtime.id}: ${Object.keys(cases).length} operators`);
  }
}
