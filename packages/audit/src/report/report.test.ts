import { describe, expect, it } from 'vitest';
import { againstBaseline } from '../baseline/index.ts';
import { draftsFor, ownerFrom } from '../init/index.ts';
import { auditOf } from '../testing/codebase.ts';
import { directoriesOf } from './directories.ts';
import { auditPage, markdownOf } from './index.ts';
import { treemap } from './page/treemap.ts';

const ask = `import OpenAI from 'openai';
const client = new OpenAI();
export const ask = (q) => client.responses.create({ model: 'gpt-5', input: q });
`;
const nasty = '<script>alert(1)</script> | `x`';

describe('a report', () => {
  it('escapes what the code says, as a page and as Markdown', async () => {
    const report = await auditOf({
      'ask.ts': ask.replace("'gpt-5'", JSON.stringify(nasty)),
      '<script>alert(2)<!--/"onx=.ts': ask,
    });
    expect(report.findings).toHaveLength(2);
    expect(auditPage(report)).not.toContain('<script>alert');
    expect(auditPage(report)).not.toContain('"onx=');
    // A code span takes nothing for markup (CommonMark 6.1).
    expect(markdownOf(report).replace(/`[^`\n]*`/g, '')).not.toContain('<script>');
  });

  it('is a page that asks for nothing else', async () => {
    const page = auditPage(await auditOf({ 'ask.ts': ask }));
    expect(page).not.toMatch(/(src|href)=/);
    expect(page).toContain("default-src 'none'");
  });
});

describe('a baseline', () => {
  it('knows a call whose lines moved, and tells a new one', async () => {
    const earlier = JSON.stringify(await auditOf({ 'ask.ts': ask }));
    const moved = await auditOf({ 'ask.ts': `\n\n// moved\n${ask}` });
    expect(againstBaseline(moved, earlier, 'b.json').baseline).toMatchObject({
      known: 1,
      new: 0,
      gone: 0,
    });
    const more = await auditOf({ 'ask.ts': ask, 'more.ts': ask });
    expect(
      againstBaseline(more, earlier, 'b.json').findings.map((each) => [each.file, each.new]),
    ).toEqual([
      ['ask.ts', false],
      ['more.ts', true],
    ]);
  });

  it('knows a call whose file was renamed, once', async () => {
    const earlier = JSON.stringify(await auditOf({ 'ask.ts': ask }));
    const renamed = againstBaseline(await auditOf({ 'lib/model.ts': ask }), earlier, 'b.json');
    expect(renamed.baseline).toMatchObject({ known: 1, new: 0, gone: 0 });
    const both = await auditOf({ 'a.ts': ask, 'b.ts': ask });
    expect(againstBaseline(both, earlier, 'b.json').baseline).toMatchObject({
      known: 1,
      new: 1,
      gone: 0,
    });
    const other = await auditOf({
      'ask.ts': ask.replace('gpt-5', 'gpt-6').replace('ask =', 'x ='),
    });
    expect(againstBaseline(other, earlier, 'b.json').baseline).toMatchObject({
      known: 0,
      new: 1,
      gone: 1,
    });
  });

  it('may begin with a byte order mark', async () => {
    const report = await auditOf({ 'ask.ts': ask });
    const marked = `\uFEFF${JSON.stringify(report)}`;
    expect(againstBaseline(report, marked, 'b.json').baseline?.known).toBe(1);
  });

  it('that is none is refused by name', async () => {
    const report = await auditOf({ 'ask.ts': ask });
    for (const text of [
      '',
      '[]',
      '{}',
      '\u0000PNG',
      '{"findings":[{}]}',
      '{"findings":[null]}',
      '{"findings":[7]}',
      '{"findings":{}}',
    ])
      expect(() => againstBaseline(report, text, 'b.json')).toThrow(/b\.json/);
  });
});

describe('drafts', () => {
  it('are one family a task, of tiers that the findings suggest', async () => {
    const report = await auditOf({
      'ask.ts': ask,
      'embed.py':
        'import openai\ndef f(email):\n    return openai.embeddings.create(model="text-embedding-3-small", input=email)\n',
    });
    const drafts = draftsFor(report, ownerFrom('My Service!'));
    expect(drafts.map(({ name }) => name).sort()).toEqual(['embedding', 'text-generation']);
    const embedding = drafts.find(({ name }) => name === 'embedding');
    expect(embedding?.blueprint).toContain('family: my-service/embedding');
    expect(embedding?.blueprint).toContain('  device:\n');
    expect(embedding?.policy).toContain('personal: device');
    expect(embedding?.policy).toContain('code: privacy');
  });

  it('hold a device to the timeout that the code states, and to no other', async () => {
    const handler = (options: string) => `import OpenAI from 'openai';
const client = new OpenAI({ ${options} });
export async function POST(q) { return client.embeddings.create({ input: q }); }
`;
    const draftOf = async (options: string) =>
      draftsFor(await auditOf({ 'app/x/route.ts': handler(options) }), 'o')[0]?.blueprint;
    expect(await draftOf('timeout: 800')).toContain('maxLatencyMs: 800');
    expect(await draftOf('')).not.toContain('maxLatencyMs:');
  });
});

describe('a treemap', () => {
  it('gives each its share, within the area', () => {
    const items = [5, 3, 2, 1, 1].map((size) => ({ size }));
    const placed = treemap(items, { x: 0, y: 0, width: 120, height: 60 });
    for (const { item, x, y, width, height } of placed) {
      expect(width * height).toBeCloseTo((item.size / 12) * 7200, 3);
      expect(x + width).toBeLessThanOrEqual(120.001);
      expect(y + height).toBeLessThanOrEqual(60.001);
    }
  });
});

describe('the directories of a codebase', () => {
  it('are divided where the files are, and no file is lost', () => {
    const paths = [
      'README.py',
      'docs/a.ts',
      ...Array.from({ length: 40 }, (_, at) => `src/main/java/com/x/p${at % 4}/F${at}.java`),
    ];
    const directories = directoriesOf(paths);
    expect(directories.map(({ path }) => path)).toEqual([
      '.',
      'docs',
      'src/main/java/com/x/p0',
      'src/main/java/com/x/p1',
      'src/main/java/com/x/p2',
      'src/main/java/com/x/p3',
    ]);
    expect(directories.reduce((sum, { files }) => sum + files, 0)).toBe(paths.length);
  });

  it('are never too many to draw', () => {
    const paths = Array.from({ length: 3000 }, (_, at) => `a${at % 30}/b${at % 7}/c${at}/x.ts`);
    const directories = directoriesOf(paths);
    expect(directories.length).toBeLessThanOrEqual(48);
    expect(directories.reduce((sum, { files }) => sum + files, 0)).toBe(3000);
  });
});
