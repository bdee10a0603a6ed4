/**
 * Runs the benchmarks: each `*.bench.ts` asks one question and states its goal.
 *
 *     npm run bench                 all of them
 *     npm run bench -- codec        those whose name contains a word
 *     npm run bench -- --check      exit 1 where one misses its goal
 *     npm run bench -- --save       keep the ratios in bench/results.json
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Benchmark, BenchResult } from './bench.ts';

const resultsFile = new URL('results.json', import.meta.url);
const argv = process.argv.slice(2);
const words = argv.filter((argument) => !argument.startsWith('--'));
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace(/\.bench\.ts$/, ''))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

if (names.length === 0) {
  process.stderr.write(`selvedge: usage: no benchmark is called ${words.join(' or ')}\n`);
  process.exit(2);
}

const results = new Map<string, BenchResult>();
for (const name of names) {
  const { default: benchmark } = (await import(`./${name}.bench.ts`)) as { default: Benchmark };
  process.stdout.write(`\n${name}: ${benchmark.question}\n  goal: ${benchmark.goal}\n`);
  const result = await benchmark.run();
  results.set(name, result);
  for (const [figure, value] of Object.entries(result.figures)) {
    process.stdout.write(`  ${figure.padEnd(44)} ${format(value)}\n`);
  }
  process.stdout.write(
    result.notMeasured === undefined
      ? `  ratio ${format(result.ratio)}: ${result.note}\n  ${result.ok ? '✓ goal met' : '✗ goal missed'}\n`
      : `  – not measured: ${result.notMeasured}\n`,
  );
}

if (argv.includes('--save')) save();
const missed = namesOf(({ ok }) => !ok);
const notMeasured = namesOf((result) => result.notMeasured !== undefined);
if (notMeasured.length > 0) process.stdout.write(`\nnot measured: ${notMeasured.join(', ')}\n`);
if (missed.length > 0) process.stdout.write(`\nmissed: ${missed.join(', ')}\n`);
if (argv.includes('--check') && missed.length > 0) process.exitCode = 1;

function namesOf(is: (result: BenchResult) => boolean): string[] {
  return [...results].filter(([, result]) => is(result)).map(([name]) => name);
}

/** Ratios travel between machines, times do not: the note says what was divided by what. */
function save(): void {
  const kept = JSON.parse(readFileSync(resultsFile, 'utf8')) as Record<string, unknown>;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  for (const [name, { ratio, ok, note, notMeasured }] of results) {
    if (notMeasured !== undefined) continue;
    kept[name] = {
      ratio: Number(ratio.toPrecision(3)),
      ok,
      note,
      date: new Date().toISOString().slice(0, 10),
      commit,
      cores: cpus().length,
    };
  }
  writeFileSync(resultsFile, `${JSON.stringify(kept, null, 2)}\n`);
}

function format(value: number): string {
  return value === 0 || Math.abs(value) >= 1000 || Number.isInteger(value)
    ? Math.round(value).toLocaleString('en')
    : value.toPrecision(3);
}
