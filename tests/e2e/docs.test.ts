/**
 * The documentation is true: every command runs, every document is accepted by what reads it,
 * every TypeScript file compiles. `npm start` and `npm test` are not run here: the first is
 * tests/promises/promise-9.test.ts, the second is what runs this.
 */
import { globSync, readFileSync } from 'node:fs';
import { parseBlueprint } from '@selvedge/core/blueprint';
import { compileAuthorPolicy, parseYaml } from '@selvedge/forge/policy';
import { describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';
import { type DocBlock, docBlocks, repository } from '../support/doc-blocks.ts';
import { type DocShell, openDocShell } from '../support/doc-shell.ts';

const files = ['README.md', ...globSync('docs/**/*.md', { cwd: repository }).sort()];
const pages = files
  .map((file) => ({ file, blocks: docBlocks(file) }))
  .filter(({ blocks }) => blocks.length > 0);
const withCommands = pages.filter(({ blocks }) => blocks.some(({ language }) => language === 'sh'));

describe('the commands of', () => {
  it.each(withCommands)('$file run as written', async ({ blocks }) => {
    const shell = await openDocShell();
    try {
      for (const block of blocks) await follow(block, shell);
    } finally {
      await shell.close();
    }
  });
});

/** Does with a block what a reader does. */
async function follow({ language, note, text }: DocBlock, shell: DocShell): Promise<void> {
  if (language === 'sh') {
    const commands = text.replace(/^npm (start|test|run)\b.*$/gm, '').trim();
    if (note === 'background') await shell.start(commands);
    else if (commands) await shell.run(commands);
  } else if (isFileName(note)) {
    shell.write(note, text);
    if (language === 'ts') await compile(note, shell);
  }
}

const isFileName = (note: string): boolean => /^[\w-]+\.\w+$/.test(note);

/** Type-checks a file as strictly as the repository itself, against the declarations that a build makes. */
async function compile(name: string, shell: DocShell): Promise<void> {
  const compilerOptions = { composite: false, noEmit: true, types: ['node'] };
  const config = {
    extends: `${repository}tsconfig.base.json`,
    compilerOptions,
    files: [name],
    references: [{ path: `${repository}apps/agent` }],
  };
  shell.write('tsconfig.json', JSON.stringify(config));
  await shell.run('npx --no-install tsc -b tsconfig.json');
}

const blocksOf = (...languages: string[]) =>
  pages.flatMap(({ file, blocks }) =>
    blocks
      .filter(({ language }) => languages.includes(language))
      .map((block) => ({ ...block, place: `${file}:${block.line}` })),
  );

describe('the document at', () => {
  it.each(blocksOf('yaml'))('$place is accepted by what reads it', ({ text, note, place }) => {
    const value = parseYaml(text, place) as Record<string, unknown>;
    const [, quoted] = /^from (.+)$/.exec(note) ?? [];
    if (quoted !== undefined) {
      const whole = parseYaml(readFileSync(`${repository}${quoted}`, 'utf8'), quoted);
      expect(whole).toMatchObject(value);
    } else if (value.kind === 'Policy') compileAuthorPolicy(text, place, 'acme/glyphs');
    else if (value.kind === 'Blueprint') parseBlueprint(value, place);
    // A file without a kind is read by the commands of its page.
    else expect(note).toMatch(/^[\w-]+\.yaml$/);
  });

  it.each(blocksOf('json'))('$place is JSON', ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it.each(blocksOf('js'))('$place is a module with a default export', async ({ text }) => {
    const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    expect(module.default).toBeTypeOf('function');
  });

  it('has a language that is looked at here', () => {
    const languages = pages.flatMap(({ blocks }) => blocks.map(({ language }) => language));
    const known = ['sh', 'yaml', 'json', 'js', 'ts'];
    expect(languages.filter((language) => !known.includes(language))).toEqual([]);
  });
});

describe('the links of', () => {
  it.each(files)('%s lead somewhere', (file) => {
    const markdown = readFileSync(`${repository}${file}`, 'utf8');
    const link = /\]\((?!https?:|#)([^)#]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g;
    const links = [...markdown.matchAll(link)].map(([, to, image]) => to ?? image);
    const base = new URL(`file://${repository}${file}`);
    const broken = links.filter((to) => globSync(new URL(to!, base).pathname).length === 0);
    expect(broken).toEqual([]);
  });
});

describe('what docs/cli.md calls not there yet', () => {
  const needed: Record<string, string[]> = {
    hub: ['--data', 'd'],
    build: ['m.onnx', '--out', 'o'],
  };
  const page = readFileSync(`${repository}docs/cli.md`, 'utf8');
  const later = page.slice(page.indexOf('## Not there yet')).matchAll(/`selvedge ([^`]+)`/g);
  it.each([...later].map(([, command]) => command!))(
    '%s is refused as bad usage',
    async (command) => {
      const [name, ...rest] = command.split(' ');
      const { code, json } = await cliHere([name!, ...(needed[name!] ?? []), ...rest, '--json']);
      expect({ code, json }).toMatchObject({ code: 2, json: { error: { code: 'usage' } } });
      expect(JSON.stringify(json)).toMatch(/unknown (command|option)/);
    },
  );
});
