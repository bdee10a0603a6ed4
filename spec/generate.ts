/** Writes `spec/` from the code: `npm run spec`. A test fails when what is committed differs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { specFiles } from './documents.ts';

mkdirSync(new URL('schemas/', import.meta.url), { recursive: true });
for (const [path, text] of specFiles()) {
  writeFileSync(new URL(path, import.meta.url), text);
  process.stdout.write(`spec/${path}\n`);
}
