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

  it('is not shown either where nothing says that it is one', () => {
    const hex = fc.string({
      unit: fc.constantFrom(...'0123456789abcdef'),
      minLength: 32,
      maxLength: 64,
    });
    fc.assert(
      fc.property(fc.oneof(hex, fc.uuid()), (secret) => {
        fc.pre((secret.match(/\d/g)?.length ?? 0) >= 3 && /[a-f]/.test(secret));
        fc.pre(!/(.)\1{5}|1234567/.test(secret));
        return !masked(`const client = connect('${secret}');`).includes(secret);
      }),
    );
    const letters = 'bcbedcfa-0000-1000-8000-000001000001';
    expect(masked(`connect('${letters}')`)).not.toContain(letters);
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.dBjftJeZ4CVPmB92K27uhbUJU1p1r';
    expect(masked(`send("${token}")`)).not.toContain('dBjft');
  });

  it.each([
    'const answer = await client.chat.completions.create({ model: "claude-3-5-sonnet-20241022" });',
    'import { generateAnswersWithChatgptApiCompat } from "./services/apis/openai-api-v2/compat.mjs";',
    'fetch("https://api.openai.com/v1/chat/completions/deployments/gpt-4o-2024-08-06")',
  ])('leaves code as it is: %s', (line) => {
    expect(masked(line)).toBe(line);
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
