import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '@selvedge/audit';
import { labelledRepositories } from './repositories.ts';
import { agreement, precision, recall, type Score, score, sum } from './score.ts';

/** Audits the fetched repositories and writes scores.json: `node tests/audit/write-scores.ts DIR DATE REVISION`. */
const [directory, date, revision] = process.argv.slice(2);
if (!directory || !date || !revision) {
  console.error('usage: node tests/audit/write-scores.ts DIR DATE REVISION');
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
for (const { name, labels, aside } of labelledRepositories()) {
  const { findings, local } = await audit(join(directory, name));
  scores[name] = score([...findings, ...local], labels, aside);
}
const repositories = Object.fromEntries(
  Object.entries(scores).map(([name, one]) => [name, figures(one)]),
);
const document = { date, revision, total: figures(sum(Object.values(scores))), repositories };
writeFileSync(join(import.meta.dirname, 'scores.json'), `${JSON.stringify(document, null, 2)}\n`);
process.exit(0);
