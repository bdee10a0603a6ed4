import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from '@selvedge/audit';

/** A few lines of code and what an audit of them says. See cases/README.md. */
export interface Case {
  /** `<language>/<name>`. */
  readonly name: string;
  /** What the case is about, in a sentence. */
  readonly about: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly expected: readonly Expected[];
}

/** A marked line. */
export interface Expected {
  readonly file: string;
  readonly line: number;
  readonly service: string;
  readonly kind: string;
  /** Absent where the case says nothing of who waits. */
  readonly sync?: string;
  /** What else has to be so: `streaming`, `timeout`, `retry`, `fallback`, `personal`, `model=…`, `data=…`; `!` before one: it is not so. */
  readonly facts: readonly string[];
}

const mark = / ⟸ (.*)$/;
const times = new Set(['request', 'background', 'batch', 'unknown']);

/** All cases, of one language if it is given. */
export function readCases(directory: string = join(import.meta.dirname, 'cases')): readonly Case[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.case'))
    .sort()
    .map((path) =>
      parseCase(
        path.replaceAll('\\', '/').slice(0, -'.case'.length),
        readFileSync(join(directory, path), 'utf8'),
      ),
    );
}

/** Reads a case: a `#` line, then files, each after a `-- path --` line, expectations after ` ⟸ `. */
export function parseCase(name: string, text: string): Case {
  const [about = '', ...sections] = text.split(/^-- (.+) --\n/m);
  const files: { path: string; text: string }[] = [];
  const expected: Expected[] = [];
  for (let i = 0; i + 1 < sections.length; i += 2) {
    const path = sections[i]!;
    const lines = sections[i + 1]!.split('\n');
    for (const [index, line] of lines.entries()) {
      const words = mark.exec(line)?.[1]?.trim().split(/\s+/);
      if (!words) continue;
      lines[index] = line.replace(mark, '');
      expected.push(expectation(path, index + 1, words));
    }
    files.push({ path, text: lines.join('\n') });
  }
  return { name, about: about.replace(/^# /, '').trim(), files, expected };
}

/** Writes a case's files, without its marks, for an audit to read. */
export function writeCase({ files }: Case, directory: string): void {
  for (const { path, text } of files) {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

/** What an audit says otherwise than the case, in words. Empty when it says just that. */
export function differences({ expected }: Case, findings: readonly Finding[]): string[] {
  const left = [...findings];
  const differences: string[] = [];
  for (const one of expected) {
    const at = left.findIndex(
      ({ file, line }) => file === one.file && Math.abs(line - one.line) <= 1,
    );
    if (at < 0) differences.push(`not found: ${where(one)} ${one.service} ${one.kind}`);
    else differences.push(...contradictions(one, left.splice(at, 1)[0]!));
  }
  for (const { file, line, service, kind } of left)
    differences.push(`not a call: ${file}:${line} ${service} ${kind}`);
  return differences;
}

function expectation(file: string, line: number, words: readonly string[]): Expected {
  const [service = '', kind = '', ...rest] = words;
  const sync = rest.find((word) => times.has(word));
  return {
    file,
    line,
    service,
    kind,
    ...(sync ? { sync } : {}),
    facts: rest.filter((word) => !times.has(word)),
  };
}

function contradictions(one: Expected, finding: Finding): string[] {
  const said: [string, string, string][] = [
    ['service', one.service, finding.service],
    ['kind', one.kind, finding.kind],
  ];
  if (one.sync) said.push(['sync', one.sync, finding.sync]);
  const facts = one.facts.filter((fact) => !holds(fact, finding));
  return [
    ...said
      .filter(([, expected, actual]) => expected !== actual)
      .map(([key, expected, actual]) => `${where(one)} ${key} is ${actual}, not ${expected}`),
    ...facts.map((fact) => `${where(one)} is not ${fact}`),
  ];
}

function holds(fact: string, finding: Finding): boolean {
  if (fact.startsWith('!')) return !holds(fact.slice(1), finding);
  if (fact.startsWith('model=')) return finding.model === fact.slice('model='.length);
  if (fact.startsWith('data=')) return finding.data === fact.slice('data='.length);
  if (fact === 'streaming') return finding.streaming;
  if (fact === 'personal') return finding.personal.length > 0;
  if (fact === 'timeout' || fact === 'retry' || fact === 'fallback')
    return finding.resilience[fact];
  throw new Error(`${fact} is not a fact that a case can ask for`);
}

const where = ({ file, line }: { readonly file: string; readonly line: number }): string =>
  `${file}:${line}`;
