import { chmod, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import { auditOf, places, withCodebase } from './testing/codebase.ts';

const ask = `import OpenAI from 'openai';
const client = new OpenAI();
export async function ask(q) {
  return client.chat.completions.create({ model: 'gpt-4o', messages: q });
}
`;

describe('an audit', () => {
  it('says where a call is, with the line that says so', async () => {
    const { findings } = await auditOf({ 'src/ask.ts': ask });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      file: 'src/ask.ts',
      line: 4,
      service: 'openai',
      model: 'gpt-4o',
      kind: 'sdk',
      data: 'text',
    });
    expect(findings[0]?.evidence[0]).toMatchObject({
      line: 4,
      code: "return client.chat.completions.create({ model: 'gpt-4o', messages: q });",
    });
  });

  it('lists engines on the machine itself apart', async () => {
    const report = await auditOf({
      'score.py':
        'import onnxruntime as ort\ns = ort.InferenceSession("m.onnx")\ndef f(x):\n    return s.run(None, x)\n',
    });
    expect(report.findings).toEqual([]);
    expect(report.local.length).toBeGreaterThan(0);
  });

  it('finds nothing in comments, strings, tests, vendored and generated code, and counts those', async () => {
    const report = await auditOf({
      'src/notes.ts':
        '// client.chat.completions.create()\nexport const doc = "import OpenAI from \'openai\'";\n',
      'src/ask.test.ts': ask,
      'vendor/ask.ts': ask,
      'node_modules/x/index.js': ask,
      'src/made.ts': `// @generated\n${ask}`,
      '.gitignore': 'ignored/\n',
      'ignored/ask.ts': ask,
    });
    expect(report.findings).toEqual([]);
    expect(report.skipped.byReason).toEqual({ generated: 1, ignored: 1, test: 1, vendored: 2 });
    expect(report.skipped.notAudited).toEqual([]);
  });

  it('looks into tests where that is wished', async () => {
    const report = await auditOf({ 'src/ask.test.ts': ask }, { tests: true });
    expect(report.findings).toHaveLength(1);
  });

  it('says the same however many threads read', async () => {
    const filler = Object.fromEntries(
      Array.from({ length: 700 }, (_, at) => [`lib/f${at}.ts`, `export const n${at} = ${at};\n`]),
    );
    const files = {
      'src/ask.ts': ask,
      'src/go.ts': "import { ask } from './ask';\nexport const go = (q) => ask(q);\n",
    };
    const few = await auditOf(files);
    const many = await auditOf({ ...filler, ...files });
    expect(many.findings).toEqual(few.findings);
    expect(many.files).toBe(702);
  });
});

describe('bad input', () => {
  it('of one line of 6 MB is listed, and the rest audited', async () => {
    const report = await auditOf({ 'a.js': `x="${'a'.repeat(6_000_000)}"`, 'ask.ts': ask });
    expect(places(report)).toEqual(['ask.ts:4 sdk openai']);
    expect(report.skipped.notAudited).toMatchObject([{ path: 'a.js', reason: 'too-large' }]);
  });

  it('that is no UTF-8 is read around', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('// '), 0xff, 0xfe, 0x80, 10]);
    const text = new TextEncoder().encode(ask);
    const report = await auditOf({ 'ask.ts': new Uint8Array([...bytes, ...text]) });
    expect(places(report)).toEqual(['ask.ts:5 sdk openai']);
  });

  it('of syntax from the future is audited as far as it is understood, and listed apart', async () => {
    const report = await auditOf({
      'ask.ts': `${ask}\nlet y = match (q) { when ask => 1 |> f(%) };\n`,
    });
    expect(places(report)).toEqual(['ask.ts:4 sdk openai']);
    expect(report.files).toBe(1);
    expect(report.skipped).toEqual({
      total: 0,
      byReason: {},
      notAudited: [],
      partlyAudited: [{ path: 'ask.ts', line: 7 }],
      notRead: {},
    });
  });

  it('of links that lead out, or round, is not followed', async () => {
    await withCodebase({ 'src/ask.ts': ask }, async (directory) => {
      await symlink('..', join(directory, 'src/round'));
      await symlink('/etc', join(directory, 'out'));
      await symlink('gone', join(directory, 'dangling.ts'));
      const report = await audit(directory);
      expect(places(report)).toEqual(['src/ask.ts:4 sdk openai']);
      expect(report.skipped.byReason).toEqual({ link: 3 });
    });
  });

  it('that may not be read is listed', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'the superuser may read everything');
    await withCodebase({ 'a.ts': ask, 'b.ts': ask }, async (directory) => {
      await chmod(join(directory, 'a.ts'), 0);
      const report = await audit(directory);
      expect(report.skipped.notAudited).toMatchObject([{ path: 'a.ts', reason: 'unreadable' }]);
      expect(report.findings).toHaveLength(1);
    });
  });

  it('of brackets a thousand deep ends nothing', async () => {
    const deep = `${'(\n'.repeat(3000)}1${')\n'.repeat(3000)}`;
    const report = await auditOf({ 'deep.ts': `${ask}const z = ${deep};\n`, 'ask.ts': ask });
    expect(places(report)).toContain('ask.ts:4 sdk openai');
    expect(report.skipped.notAudited).toMatchObject([{ path: 'deep.ts', reason: 'not-parsed' }]);
  });

  it('of blocks a thousand deep is audited above and below them', async () => {
    const deep = `${'{\n'.repeat(1000)}${'}\n'.repeat(1000)}`;
    const report = await auditOf({
      'deep.ts': `${ask}${deep}export const again = () => ask(1);\n`,
    });
    expect(places(report)).toEqual(['deep.ts:4 sdk openai', 'deep.ts:2006 wrapper openai']);
    expect(report.skipped.partlyAudited).toEqual([{ path: 'deep.ts', line: 406 }]);
  });

  it('where the directory is none is refused', async () => {
    await expect(audit('/no/such/directory')).rejects.toMatchObject({ code: 'not-found' });
    await withCodebase({ 'a.ts': ask }, async (directory) => {
      await expect(audit(join(directory, 'a.ts'))).rejects.toMatchObject({ code: 'usage' });
    });
  });
});
