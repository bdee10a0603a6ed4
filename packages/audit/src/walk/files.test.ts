import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCodebase } from '../testing/codebase.ts';
import { walkFiles } from './files.ts';

const walked = async (directory: string) => {
  const skipped: string[] = [];
  const files: string[] = [];
  for await (const { path } of walkFiles(
    directory,
    ({ path, reason }) => skipped.push(`${path} ${reason}`),
    (name) => name.endsWith('.ts'),
  ))
    files.push(path);
  return { files: files.filter((path) => path.endsWith('.ts')), skipped: skipped.sort() };
};

describe('a walk', () => {
  it('ignores as git does: anchored, nested, negated, in CRLF', async () => {
    const files = {
      '.gitignore': '/out\nback/\nign/*\n!ign/keep\nbuild/\na/neg.ts\n',
      'a/.gitignore': '!neg.ts\r\n!back/\r\nsp\\ ace.ts\r\n',
      'a/back/b.ts': '',
      'a/neg.ts': '',
      'back/b.ts': '',
      'a/sp ace.ts': '',
      'a/out/x.ts': '',
      'build/b.ts': '',
      'ign/keep/k.ts': '',
      'ign/n.ts': '',
      'out/o.ts': '',
    };
    await withCodebase(files, async (directory) => {
      expect(await walked(directory)).toEqual({
        files: ['a/back/b.ts', 'a/neg.ts', 'a/out/x.ts', 'ign/keep/k.ts'],
        skipped: [
          'a/sp ace.ts ignored',
          'back/ ignored',
          'build/ ignored',
          'ign/n.ts ignored',
          'out/ ignored',
        ],
      });
    });
  });

  it('of a part of a repository ignores what is ignored above it', async () => {
    const files = {
      '.gitignore': '/services/one/made/\ndist/\nwanted/\n',
      'services/.gitignore': '!dist/\n*.log.ts\n',
      'services/one/a.ts': '',
      'services/one/b.log.ts': '',
      'services/one/dist/c.ts': '',
      'services/one/made/d.ts': '',
      'wanted/e.ts': '',
    };
    await withCodebase(files, async (directory) => {
      await mkdir(join(directory, '.git'));
      expect(await walked(join(directory, 'services/one'))).toEqual({
        files: ['a.ts', 'dist/c.ts'],
        skipped: ['b.log.ts ignored', 'made/ ignored'],
      });
      expect((await walked(join(directory, 'wanted'))).files).toEqual(['e.ts']);
    });
  });

  it('counts nothing of what version control keeps', async () => {
    await withCodebase({ 'a.ts': '' }, async (directory) => {
      await mkdir(join(directory, '.git'));
      await writeFile(join(directory, '.git/hook.ts'), '');
      expect(await walked(directory)).toEqual({ files: ['a.ts'], skipped: [] });
    });
  });
});
