import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '@selvedge/audit';
import { afterAll, describe, expect, it } from 'vitest';
import { type Case, differences, parseCase, readCases, writeCase } from './case.ts';
import { knownGaps } from './known-gaps.ts';

const scratch = mkdtempSync(join(tmpdir(), 'selvedge-audit-cases-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function auditCase(one: Case) {
  const directory = join(scratch, one.name);
  writeCase(one, directory);
  const { findings, local } = await audit(directory);
  return differences(one, [...findings, ...local]);
}

const cases = readCases();
const languages = [...new Set(cases.map(({ name }) => name.split('/')[0]!))];

describe.each(languages)('an audit of small cases in %s', (language) => {
  const own = cases.filter(({ name }) => name.startsWith(`${language}/`));

  it.each(own.filter(({ name }) => !knownGaps[name]))('$name: $about', async (one) => {
    expect(await auditCase(one)).toEqual([]);
  });

  const gaps = own.filter(({ name }) => knownGaps[name]);
  if (gaps.length > 0)
    it.each(gaps)('does not get $name right yet', async (one) => {
      expect(await auditCase(one)).not.toEqual([]);
    });
});

describe('the corpus of small cases', () => {
  it('covers nine languages with more than a hundred cases', () => {
    expect(languages).toHaveLength(9);
    expect(cases.length).toBeGreaterThan(100);
  });

  it('has no gap that is no case', () => {
    expect(Object.keys(knownGaps).filter((gap) => !cases.some(({ name }) => name === gap))).toEqual(
      [],
    );
  });

  it('says what differs: a call that is missing, one too many, another service', () => {
    const one = parseCase('x/y', '# About.\n-- a.py --\nask() ⟸ openai sdk request\n\n\nother()\n');
    const found = (line: number, service: string) =>
      ({ file: 'a.py', line, service, kind: 'sdk', sync: 'request' }) as never;
    expect(differences(one, [])).toEqual(['not found: a.py:1 openai sdk']);
    expect(differences(one, [found(1, 'openai')])).toEqual([]);
    expect(differences(one, [found(1, 'groq')])).toEqual(['a.py:1 service is groq, not openai']);
    expect(differences(one, [found(1, 'openai'), found(4, 'openai')])).toEqual([
      'not a call: a.py:4 openai sdk',
    ]);
  });
});
