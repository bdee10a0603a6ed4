import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadRules } from './load.ts';

it('refuses a directory that holds no rule file, which is more likely the wrong one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'selvedge-rules-'));
  try {
    await writeFile(join(directory, 'notes.md'), 'acme');
    await expect(loadRules([directory])).rejects.toMatchObject({
      code: 'bad-input',
      message: `${directory} holds no rule file`,
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});
