import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '@selvedge/audit';
import { describe, expect, it } from 'vitest';
import { itUnless } from '../support/skip.ts';
import { labelledRepositories } from './repositories.ts';
import { agreement, precision, recall, type Score, score, sum } from './score.ts';

const directory = process.env.SELVEDGE_AUDIT_REPOSITORIES;
const repositories = labelledRepositories();
const present = repositories.filter(({ name }) => directory && existsSync(join(directory, name)));
const committed: {
  readonly total: {
    readonly recall: number;
    readonly precision: number;
    readonly agreement: number;
  };
} = JSON.parse(readFileSync(join(import.meta.dirname, 'scores.json'), 'utf8'));

describe('labels of public repositories', () => {
  it('are of ten repositories, each at a commit', () => {
    expect(repositories).toHaveLength(10);
    for (const { commit, repository } of repositories) {
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      expect(repository).toMatch(/^https:\/\/github\.com\//);
    }
  });

  it('have no two labels in one place', () => {
    for (const { name, labels } of repositories) {
      const places = labels.map(({ file, line }) => `${name}/${file}:${line}`);
      expect(new Set(places).size).toBe(places.length);
    }
  });
});

itUnless(
  present.length < repositories.length &&
    'SELVEDGE_AUDIT_REPOSITORIES names no directory that tests/audit/fetch-repositories.ts filled',
)(
  'an audit of the labelled repositories is as good as its committed scores',
  async () => {
    const scores: Score[] = [];
    for (const { name, labels, aside } of present) {
      const { findings, local } = await audit(join(directory!, name));
      scores.push(score([...findings, ...local], labels, aside));
    }
    const total = sum(scores);
    expect(recall(total)).toBeGreaterThanOrEqual(committed.total.recall - 0.005);
    expect(precision(total)).toBeGreaterThanOrEqual(committed.total.precision - 0.005);
    expect(agreement(total)).toBeGreaterThanOrEqual(committed.total.agreement - 0.005);
  },
  120_000,
);

describe('a score', () => {
  const label = (line: number, depth = 0, sync = 'request') =>
    ({ file: 'a.ts', line, service: 'openai', kind: 'sdk', sync, depth }) as const;
  const finding = (line: number, sync = 'request') =>
    ({ file: 'a.ts', line, service: 'openai', kind: 'sdk', sync }) as never;

  it('takes a finding one line away, and not two', () => {
    expect(recall(score([finding(5)], [label(4) as never]))).toBe(1);
    expect(recall(score([finding(6)], [label(4) as never]))).toBe(0);
  });

  it('gives each finding its own label where two stand on neighbouring lines', () => {
    const two = score([finding(5), finding(4)], [label(4) as never, label(5) as never]);
    expect([two.found, two.wrong.length]).toEqual([2, 0]);
  });

  it('counts what is on no label as wrong, and what is set aside neither way', () => {
    const one = score(
      [finding(1), finding(9), finding(20)],
      [label(1) as never],
      [{ file: 'a.ts', line: 20 }],
    );
    expect(precision(one)).toBe(0.5);
  });

  it('does not ask for callers of callers, and takes them', () => {
    const deep = score([finding(8)], [label(8, 2) as never]);
    expect([deep.calls, deep.deepFound, precision(deep)]).toEqual([0, 1, 1]);
  });

  it('compares who waits where the label knows it', () => {
    const two = score(
      [finding(1, 'batch'), finding(5, 'batch')],
      [label(1) as never, label(5, 0, 'unknown') as never],
    );
    expect(agreement(two)).toBe(0);
    expect(two.timed).toBe(1);
  });
});
