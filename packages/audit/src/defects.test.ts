import { fail } from '@selvedge/core/errors';
import { describe, expect, it, vi } from 'vitest';
import { auditBy } from './audit.ts';
import { readCode } from './language/index.ts';
import { auditPage, markdownOf, sarifOf } from './report/index.ts';
import { loadRules, ownRules, ruleBook } from './rules/index.ts';
import { places, withCodebase } from './testing/codebase.ts';

vi.mock('./language/index.ts', async (importOriginal) => {
  const language = await importOriginal<typeof import('./language/index.ts')>();
  return { ...language, readCode: vi.fn(language.readCode) };
});

const ask = `import OpenAI from 'openai';
const client = new OpenAI();
export const ask = (q) => client.responses.create({ model: 'gpt-4o', input: q });
`;
const odd = `import { odd } from 'odd-package';\n${ask}`;

/** Rules that fail where a file imports a package. */
async function rulesThatFail(error: () => never) {
  const rules = ruleBook(await loadRules([ownRules]));
  const ofModule: typeof rules.ofModule = (language, module) =>
    module === 'odd-package' ? error() : rules.ofModule(language, module);
  return { ...rules, callOf: rules.callOf, distinctive: rules.distinctive, ofModule };
}

const broken = (): never => {
  throw new TypeError('cannot read sk-proj-Zq8vT2mLw9XcB4nK7pRd3sFh6jGy');
};

describe('a defect of the audit itself', () => {
  it('while it searches one file is said of that file, and the others are audited', async () => {
    const rules = await rulesThatFail(broken);
    await withCodebase({ 'a.ts': odd, 'b.ts': ask }, async (directory) => {
      const told: string[] = [];
      const onDefect = (path: string, { stack }: Error) => void told.push(path, stack ?? '');
      const report = await auditBy(rules, directory, { onDefect });
      expect(places(report)).toContain('b.ts:3 sdk openai');
      const detail = 'a defect of the audit, please report it: TypeError: cannot read sk-***';
      expect(report.skipped.partlyAudited).toEqual([{ path: 'a.ts', detail }]);
      expect(told).toEqual(['a.ts', expect.stringContaining('defects.test.ts')]);
      expect(markdownOf(report)).toContain('- `a.ts`: a defect of the audit, please report it');
      expect(auditPage(report)).toContain('<code>a.ts</code>: a defect of the audit');
      expect(JSON.stringify(sarifOf(report))).toContain('partly audited: a defect of the audit');
    });
  });

  it('while it reads one is said too, with the line that is not understood either', async () => {
    const rules = ruleBook(await loadRules([ownRules]));
    const read = vi.mocked(readCode).getMockImplementation();
    vi.mocked(readCode).mockImplementation((root, ...more) => {
      if (root.text().includes('odd-package')) broken();
      return read!(root, ...more);
    });
    const future = `${ask}\nlet y = match (q) { when ask => 1 |> f(%) };\n`;
    await withCodebase({ 'a.ts': odd, 'b.ts': ask, 'c.ts': future }, async (directory) => {
      const report = await auditBy(rules, directory);
      expect(places(report)).toEqual(['b.ts:3 sdk openai', 'c.ts:3 sdk openai']);
      expect(report.skipped.partlyAudited).toMatchObject([
        { path: 'a.ts', detail: expect.stringContaining('please report it: TypeError') },
        { path: 'c.ts', line: 5 },
      ]);
      expect(report.files).toBe(3);
    });
    vi.mocked(readCode).mockImplementation(read!);
  });

  it('is none where the error is written for the user: that ends the run', async () => {
    const rules = await rulesThatFail(() => fail('bad-document', 'a rule is wrong'));
    await withCodebase({ 'a.ts': odd }, async (directory) => {
      await expect(auditBy(rules, directory)).rejects.toMatchObject({ code: 'bad-document' });
    });
  });
});
