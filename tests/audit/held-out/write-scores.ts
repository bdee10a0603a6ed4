import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '@selvedge/audit';
import { labelledRepositories } from '../repositories.ts';
import { agreement, precision, recall, type Score, score, sum } from '../score.ts';

/**
 * Audits the fetched held-out repositories, prints what was missed, what is wrong and who was said
 * to wait, and writes scores/NAME.json: `node tests/audit/held-out/write-scores.ts DIR DATE REVISION NAME [second]`.
 */
const [directory, date, revision, name, part = ''] = process.argv.slice(2);
if (!directory || !date || !revision || !name) {
  console.error('usage: node tests/audit/held-out/write-scores.ts DIR DATE REVISION NAME [second]');
  process.exit(2);
}
const round = (share: number) => Math.round(share * 1000) / 1000;
const figures = (one: Score) => ({
  recall: round(recall(one)),
  precision: round(precision(one)),
  agreement: round(agreement(one)),
  calls: one.calls,
  found: one.found,
  findings: one.findings,
  wrong: one.wrong.length,
  timed: one.timed,
  timedRight: one.timedRight,
  deep: one.deep,
  deepFound: one.deepFound,
});
const scores: Record<string, Score> = {};
for (const { name, labels, aside } of labelledRepositories(join(import.meta.dirname, part))) {
  const { findings, local } = await audit(join(directory, name));
  const one = score([...findings, ...local], labels, aside);
  scores[name] = one;
  console.log(`${name}: ${JSON.stringify(figures(one))}`);
  for (const { file, line, call, depth } of one.missed as readonly Described[])
    console.log(`  missed  ${file}:${line} ${call} (depth ${depth})`);
  for (const { file, line, service, kind, evidence } of one.wrong)
    console.log(`  wrong   ${file}:${line} ${service} ${kind} ${JSON.stringify(evidence)}`);
  for (const { label, said } of one.mistimed)
    console.log(`  waits   ${label.file}:${label.line} is ${label.sync}, said ${said}`);
}
interface Described {
  readonly file: string;
  readonly line: number;
  readonly depth: number;
  readonly call?: string;
}
const repositories = Object.fromEntries(
  Object.entries(scores).map(([name, one]) => [name, figures(one)]),
);
const total = figures(sum(Object.values(scores)));
console.log(`total: ${JSON.stringify(total)}`);
const folder = join(import.meta.dirname, 'scores');
mkdirSync(folder, { recursive: true });
const document = { date, revision, total, repositories };
writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
process.exit(0);
