import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditPage, markdownOf, sarifOf } from '../report/index.ts';
import { auditOf } from '../testing/codebase.ts';
import { masked } from './mask.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const key = fc
  .tuple(
    fc.constantFrom('sk-', 'sk-proj-', 'sk-ant-api03-', 'gsk_', 'hf_', 'r8_'),
    fc.string({ unit: fc.constantFrom(...letters, ...'0123456789'), minLength: 40, maxLength: 60 }),
  )
  .map(([prefix, rest]) => prefix + rest);

describe('a key in the code', () => {
  it('is never shown whole', () => {
    fc.assert(fc.property(key, (secret) => !masked(`const k = "${secret}";`).includes(secret)));
  });

  it('is reported masked, and in no report otherwise', async () => {
    const secret = 'sk-proj-Zq8vT2mLw9XcB4nK7pRd3sFh6jGy';
    const report = await auditOf({
      'a.ts': `import OpenAI from 'openai';\nconst c = new OpenAI({ apiKey: '${secret}' });\nexport const f = (q) => new OpenAI({ apiKey: '${secret}' }).responses.create({ input: q, model: '${secret}' });\nfetch('https://generativelanguage.googleapis.com/v1/models/x:generateContent?key=Qm7ZpLk29sXw');\n`,
    });
    expect(report.secrets).toMatchObject([
      { file: 'a.ts', line: 2, service: 'openai' },
      { line: 3 },
      { line: 3 },
    ]);
    const shown = [
      JSON.stringify(report),
      markdownOf(report),
      auditPage(report),
      JSON.stringify(sarifOf(report)),
    ].join();
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain('Qm7ZpLk29sXw');
  });

  it('is none where it is a placeholder', async () => {
    const report = await auditOf({ 'a.py': 'KEY = "sk-your-key-here-xxxxxxxxxxxxxxxx"\n' });
    expect(report.secrets).toEqual([]);
  });
});
