/** Makes docs/placement.md from the committed truth and the lists: `node tests/placement/table.ts`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { supportList } from '@selvedge/forge';
import { readModel, walkNodes } from '@selvedge/onnx';
import { fallbackScores } from './ai-hub.ts';
import { corpus } from './corpus.ts';
import { variedCases } from './measure-variations.ts';
import { type Runtime, runtimes } from './runtimes.ts';
import {
  noScore,
  precision,
  recall,
  type Score,
  scoreCase,
  scoreVariations,
  sum,
  unknownShare,
} from './score.ts';
import { hasVariedTruth, readTruth, readVariedTruth } from './truth.ts';
import { plans, type VariedSet } from './variations.ts';

/** What is scored apart, in the order of the table. */
export interface RuntimeScores {
  readonly models: Score;
  readonly tests: Score;
  /** Models and node tests together. */
  readonly all: Score;
  /** Variations of node tests that were looked at while rules were made; absent where not measured. */
  readonly varied?: Score;
  /** Variations that no rule has seen; absent where not measured. */
  readonly further?: Score;
  /** Nodes of which the runtime did not tell. */
  readonly unseen: number;
}

const scored = new Map<string, RuntimeScores>();

/** Scores of a runtime's committed truth; computed once. */
export function scoresOf(runtime: Runtime): RuntimeScores {
  const known = scored.get(runtime.id) ?? computedScores(runtime);
  scored.set(runtime.id, known);
  return known;
}

function computedScores(runtime: Runtime): RuntimeScores {
  const truth = readTruth(runtime.id);
  let [models, tests] = [noScore, noScore];
  let unseen = 0;
  for (const one of corpus()) {
    const found = truth.cases[one.name]!;
    const { score } = scoreCase(one, found, truth.provider);
    unseen += found.unseen?.length ?? 0;
    if (one.name.endsWith('.onnx')) models = sum(models, score);
    else tests = sum(tests, score);
  }
  const varied = variedScore(runtime, 'varied');
  const further = variedScore(runtime, 'further');
  return {
    ...{ models, tests, all: sum(models, tests), unseen },
    ...(varied && { varied }),
    ...(further && { further }),
  };
}

/** What rules were corrected by is not in the further set: neither the test nor its operator. */
function variedScore(runtime: Runtime, set: VariedSet): Score | undefined {
  if (!hasVariedTruth(runtime.id, set)) return undefined;
  const { cases, provider } = readVariedTruth(runtime.id, set);
  const left = set === 'further' ? citedOperators(provider) : new Set<string>();
  let score = noScore;
  for (const { name, op, model } of variedCases(set)) {
    const truth = cases[name];
    if (!truth || left.has(op)) continue;
    score = sum(score, scoreVariations(model, truth, provider, plans[set]).score);
  }
  return score;
}

/** Operators of the rules that a measurement corrected, and of the tests that they cite. */
export function citedOperators(provider: string): ReadonlySet<string> {
  const corrected = supportList(provider)!.rules.filter(({ evidence }) => evidence !== undefined);
  const tests = new Set(corrected.flatMap(({ evidence }) => evidence!.match(/test_\w+/g) ?? []));
  const operators = new Set(corrected.map(({ op }) => op));
  for (const { name, model } of corpus()) {
    if (!tests.has(name)) continue;
    for (const { node } of walkNodes(readModel(model))) operators.add(node.opType ?? '');
  }
  return operators;
}

const parts = {
  models: '12 models',
  tests: '875 node tests',
  all: '**all of it**',
  varied: 'variations, seen',
  further: '**variations, unseen**',
} as const;

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

function rowOf(name: string, { nodes, found, alarms, missed, unknown }: Score): string {
  const score = { nodes, found, alarms, missed, unknown };
  const cells = [name, nodes, found + missed, alarms, missed].map((cell) =>
    typeof cell === 'number' ? cell.toLocaleString('en-US') : cell,
  );
  cells.push(
    found + alarms === 0 ? '–' : precision(score).toFixed(3),
    found + missed === 0 ? '–' : recall(score).toFixed(3),
    percent(unknownShare(score)),
  );
  return `| ${cells.join(' | ')} |`;
}

function section(runtime: Runtime): string {
  const scores = scoresOf(runtime);
  const list = supportList(runtime.provider)!;
  const rows = Object.entries(parts).flatMap(([part, name]) => {
    const score = scores[part as keyof typeof parts];
    return score ? [rowOf(name, score)] : [];
  });
  return `## ${runtime.name}

Predicted from the list of ${list.about}, ${list.version}. Of ${scores.unseen} nodes the runtime does not tell.

| | nodes | elsewhere | false alarms | missed | precision | recall | unknown |
|---|---:|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}
`;
}

const head = `# Placement: predicted and measured

What \`selvedge inspect\` says that a provider will not run, held against where ONNX Runtime put the node. Made by \`node tests/placement/table.ts\` from measurements that stand in \`tests/placement/truth\`; \`tests/placement/measure.ts\` makes those.

**How to read it.** A node is *elsewhere* when the provider did not take it: it went to the CPU, or no session came of it. Precision: of what was predicted unsupported, the part that was elsewhere. Recall: of what was elsewhere, the part that was predicted. An unknown counts as wrong, whichever way the node went.

**What is counted.** Every node of the 12 models and 875 node tests of the shared data, but for constants and for what ONNX Runtime has folded or fused before it asks any provider (its level 1, which is on by default). A function that the runtime takes apart is elsewhere when any of its parts is. WebGPU is asked in the layout that it chooses itself (NHWC); of nodes that lose their names there, the other layout tells. In NCHW, an option, it also leaves on the CPU what only computes with sizes.

**What was tuned.** Rules come from published sources: tables of kernels, ONNX's own functions (an operator without a kernel runs where every operator of its function has a kernel for the types), and for WebNN what the browser says of its limits. Where a measurement contradicted them, a rule says so with its evidence, and all models and node tests were looked at for that. Two more sets are tests as other operator sets and with other types, as far as ONNX lets them be. The *seen* one, from one half of the tests, showed where rules were wrong, the CPU's functions above all. The *unseen* one, from further tests, operator sets and types, was measured after the rules were made, and no rule was changed by it; every operator whose rule cites a measurement is left out of it, whichever test that was.

**Versions.** The newest ONNX Runtime whose sources could be had is 1.29 (a commit of July 2026); the one that runs here is 1.30. The lists of its CPU and WebGPU providers are therefore named \`1.29+1.30\`: 1.29's kernels, with what measurements on 1.30 showed to have come since, such as \`Cos\` in double precision. WebNN's is \`1.30+chromium-153\`: the provider's own table, within the limits that this browser states for its operators; another browser, or another version, has other limits.

**What it does not say.** WebNN's graphs are not built while placements are measured: some builds end Chromium's WebNN service. Placement below WebNN cannot be seen from ONNX Runtime at all; there only time tells (\`looksLike\` in \`@selvedge/core/device\`).
`;

/** A row of AI Hub is a model on a chip; it fell back when any layer ran on the CPU. */
function fallbackSection(): string {
  const { float, quantised, untaught, heldOut, elsewhere } = fallbackScores();
  const rows = [
    rowOf('floating point, as the product says', float),
    rowOf('quantised, as the product says (its rule was read off these rows)', quantised),
    rowOf('quantised, by the list without that rule', untaught),
    rowOf('**quantised, by what the other half of the models teaches**', heldOut),
    rowOf('quantised, on the three chips that run none of it', elsewhere),
  ];
  return `## Will it fall back? Published layer counts of Qualcomm's chips

AI Hub's rows (v0.46.1) of ONNX Runtime with the models whose public architecture \`scripts/latency-model\` builds. A row is a model in one precision on one chip; it fell back where it says so of any layer. The list is that of ONNX Runtime's QNN provider, asked about the architecture, with quantised weights where the row is quantised. Rows of failed jobs were never published.

Of what falls back the published sources tell nothing: all that the product finds it owes to one rule, that a quantised product of three or more dimensions with stored weights is left to the CPU, and that rule was read off these rows. What such a rule is worth on models that it was not read off, the fourth row says: rules learned by a program (operators, dimensions and stored weights that only models with layers on the CPU have) from the rows of one half of the models, scored on the other half, and the reverse.

On three chips (Dragonwing Q-6690 and RB3 Gen 2, Snapdragon 7 Gen 4) ONNX Runtime ran every published model on the CPU, while QNN itself ran the same models on the NPU. AI Hub publishes no floating-point row of them either. The cause is not published and the catalogue has no such target; for them the product would be wrong. No operator list of TensorFlow Lite's delegates for these chips is published: nothing is predicted, and nothing scored.

| | rows | fell back | false alarms | missed | precision | recall | unknown |
|---|---:|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}
`;
}

export const placementTable = (): string =>
  [head, ...runtimes.map((runtime) => section(runtime)), fallbackSection()].join('\n');

if (import.meta.main) {
  writeFileSync(
    fileURLToPath(new URL('../../docs/placement.md', import.meta.url)),
    placementTable(),
  );
}
