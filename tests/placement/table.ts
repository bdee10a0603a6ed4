/** Makes docs/placement.md from the committed truth and the lists: `node tests/placement/table.ts`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { supportList } from '@selvedge/forge';
import { fallbackScores } from './ai-hub.ts';
import { corpus, isTuning } from './corpus.ts';
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

/** What is scored apart, in the order of the table. */
export interface RuntimeScores {
  readonly models: Score;
  readonly tuned: Score;
  readonly heldOut: Score;
  /** Models and node tests together. */
  readonly all: Score;
  /** Variations of held-out tests; absent where they were not measured. */
  readonly varied?: Score;
  /** Nodes of which the runtime did not tell. */
  readonly unseen: number;
}

/** Scores of a runtime's committed truth. */
export function scoresOf(runtime: Runtime): RuntimeScores {
  const truth = readTruth(runtime.id);
  let [models, tuned, heldOut] = [noScore, noScore, noScore];
  let unseen = 0;
  for (const one of corpus()) {
    const found = truth.cases[one.name]!;
    const { score } = scoreCase(one, found, truth.provider);
    unseen += found.unseen?.length ?? 0;
    if (one.name.endsWith('.onnx')) models = sum(models, score);
    else if (isTuning(one.name)) tuned = sum(tuned, score);
    else heldOut = sum(heldOut, score);
  }
  const all = [models, tuned, heldOut].reduce(sum);
  const varied = hasVariedTruth(runtime.id) && variedScore(runtime);
  return { models, tuned, heldOut, all, unseen, ...(varied && { varied }) };
}

function variedScore(runtime: Runtime): Score {
  const { cases, provider } = readVariedTruth(runtime.id);
  let score = noScore;
  for (const { name, model } of variedCases()) {
    const truth = cases[name];
    if (truth) score = sum(score, scoreVariations(model, truth, provider).score);
  }
  return score;
}

const parts = {
  models: '12 models',
  tuned: 'node tests, one half',
  heldOut: 'node tests, other half',
  all: '**all of it**',
  varied: 'other operator sets and types',
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

Predicted from the list of ${list.about} ${list.version}. Of ${scores.unseen} nodes the runtime does not tell.

| | nodes | elsewhere | false alarms | missed | precision | recall | unknown |
|---|---:|---:|---:|---:|---:|---:|---:|
${rows.join('\n')}
`;
}

const head = `# Placement: predicted and measured

What \`selvedge inspect\` says that a provider will not run, held against where ONNX Runtime put the node. Made by \`node tests/placement/table.ts\` from measurements that stand in \`tests/placement/truth\`; \`tests/placement/measure.ts\` makes those.

**How to read it.** A node is *elsewhere* when the provider did not take it: it went to the CPU, or no session came of it. Precision: of what was predicted unsupported, the part that was elsewhere. Recall: of what was elsewhere, the part that was predicted. An unknown counts as wrong, whichever way the node went.

**What is counted.** Every node of the 12 models and 875 node tests of the shared data, but for constants and for what ONNX Runtime has folded or fused before it asks any provider (its level 1, which is on by default). A function that the runtime takes apart is elsewhere when any of its parts is. WebGPU is asked in the layout that it chooses itself (NHWC); of nodes that lose their names there, the other layout tells. In NCHW, an option, it also leaves on the CPU what only computes with sizes.

**What was tuned.** Rules come from published lists. Where a measurement contradicted a list, a rule says so with its evidence; those of the node tests have seen both halves, so that the last row is the one that no rule has seen: the first test of each operator in the second half, as operator sets 7 to 26 and with eight other types, as far as ONNX lets it.

**What it does not say.** WebNN's graphs are not built while placements are measured: some builds end Chromium's WebNN service. Placement below WebNN cannot be seen from ONNX Runtime at all; there only time tells (\`looksLike\` in \`@selvedge/core/device\`).
`;

/** A row of AI Hub is a model on a chip; it fell back when any layer ran on the CPU. */
function fallbackSection(): string {
  const rows = fallbackScores().flatMap(({ runtime, byList, learned }) => [
    rowOf(`${runtime}, by the operator list`, byList),
    rowOf(`${runtime}, and what the rows teach`, learned),
  ]);
  return `## Will it fall back? Published layer counts of Qualcomm's chips

AI Hub's rows (v0.46.1) of the models whose public architecture \`scripts/latency-model\` builds. A row is a model in one precision on one chip; it fell back where it says so of any layer. The list is that of ONNX Runtime's QNN provider, asked about the architecture, with quantised weights where the row is quantised. Two rules were read off these very rows, so that recall is a description more than a test: in the list, that a quantised product of three or more dimensions with stored weights is left to the CPU; beside it, that ONNX Runtime runs nothing on the NPUs of three of the chips, which have no floating point. Of TensorFlow Lite's delegates no list is published; nothing is predicted there. Rows of failed jobs were never published.

| runtime | rows | fell back | false alarms | missed | precision | recall | unknown |
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
