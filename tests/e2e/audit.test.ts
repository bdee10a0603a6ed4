import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBlueprint } from '@selvedge/core/blueprint';
import { compileAuthorPolicy, parseYaml } from '@selvedge/forge/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';

let dir: string;
const at = (...names: string[]) => join(dir, ...names);
const ask = (name: string) => `import OpenAI from 'openai';
const client = new OpenAI();
export const ${name} = (email) => client.embeddings.create({ model: 'text-embedding-3-small', input: email });
`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-audit-'));
  await mkdir(at('code'));
  await writeFile(at('code', 'ask.ts'), ask('embed'));
});
afterAll(() => rm(dir, { recursive: true }));

const audit = (...args: string[]) => cliHere(['audit', at('code'), ...args]);

describe('audit', () => {
  it('prints a table, and exits with 0 whatever it finds', async () => {
    const { code, stdout } = await audit();
    expect(code).toBe(0);
    expect(stdout).toContain('1 call needs a model over the network in 1 source file');
    expect(stdout).toMatch(/ask\.ts:3 +openai text-embedding-3-small/);
  });

  it('gives the keys that scripts rely on', async () => {
    const { json } = await audit('--json');
    expect(Object.keys(json as object)).toEqual(
      expect.arrayContaining(['files', 'skipped', 'findings', 'summary']),
    );
    const [finding] = (json as { findings: object[] }).findings;
    expect(Object.keys(finding ?? {})).toEqual(
      expect.arrayContaining(
        'file line service kind sync streaming resilience data personal offline suggestedTier confidence evidence'.split(
          ' ',
        ),
      ),
    );
  });

  it('says no only to new coupling, or to what is severe', async () => {
    await writeFile(at('baseline.json'), JSON.stringify((await audit('--json')).json));
    expect((await audit('--baseline', at('baseline.json'))).code).toBe(0);
    expect((await audit('--fail-on', 'low')).code).toBe(1);
    expect((await audit('--fail-on', 'high')).code).toBe(0);
    await writeFile(at('code', 'more.ts'), ask('more'));
    const { code, stdout } = await audit('--baseline', at('baseline.json'));
    expect(code).toBe(1);
    expect(stdout).toContain('Against the baseline: 1 new, 0 gone.');
    await rm(at('code', 'more.ts'));
    const key = 'sk-proj-Zq8vT2mLw9XcB4nK7pRd3sFh6jGy';
    await writeFile(at('code', 'key.ts'), `export const key = '${key}';\n`);
    const leaked = await audit('--baseline', at('baseline.json'), '--fail-on', 'high');
    expect(leaked.code).toBe(1);
    expect(leaked.stdout).toContain('0 new, 0 gone; of keys, 1 new, 0 gone.');
    expect(leaked.stdout).toMatch(/new key\.ts:1 +openai/);
    await rm(at('code', 'key.ts'));
  });

  it('drafts what build and publish accept, and never replaces a file', async () => {
    expect((await audit('--init', at('drafts'))).code).toBe(0);
    const read = (name: string) => readFile(at('drafts', 'embedding', name), 'utf8');
    parseBlueprint(parseYaml(await read('selvedge.yaml'), 'selvedge.yaml'), 'selvedge.yaml');
    compileAuthorPolicy(await read('policy.yaml'), 'policy.yaml', 'acme/embedding');
    expect((await audit('--init', at('drafts'))).code).toBe(2);
  });

  it('drafts all or nothing: what failed can be tried again', async () => {
    const chat = 'import OpenAI from "openai";\nnew OpenAI().responses.create({ model: "m" });\n';
    await writeFile(at('code', 'chat.ts'), chat);
    await mkdir(at('half'));
    for (const blocked of ['embedding', 'text-generation']) {
      await writeFile(at('half', blocked), 'in the way');
      const { code, stderr } = await audit('--init', at('half'));
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(blocked) });
      await rm(at('half', blocked));
    }
    expect((await audit('--init', at('half'))).code).toBe(0);
    await rm(at('code', 'chat.ts'));
  });

  it.skipIf(process.platform !== 'linux')('says when the disk is full', async () => {
    const { code, stderr } = await audit('--md', '/dev/full');
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('disk is full') });
  });

  it('writes the reports that it is asked for', async () => {
    const files = { '--sarif': 'a.sarif', '--html': 'a.html', '--md': 'a.md' };
    const flags = Object.entries(files).flatMap(([flag, name]) => [flag, at(name)]);
    expect((await audit(...flags)).code).toBe(0);
    for (const name of Object.values(files))
      expect(await readFile(at(name), 'utf8')).toContain('ask.ts');
  });

  it.each([
    ['a directory that is not there', ['/no/such/dir'], 'not-found'],
    ['a level that is none', ['.', '--fail-on', 'severe'], 'usage'],
    ['a baseline that is not there', ['.', '--baseline', '/no/such.json'], 'not-found'],
    ['rules that are not there', ['.', '--rules', '/no/such'], 'not-found'],
  ])('refuses %s', async (_, args, error) => {
    const { code, json } = await cliHere(['audit', ...args, '--json']);
    expect({ code, json }).toMatchObject({ code: 2, json: { error: { code: error } } });
  });
});
