#!/usr/bin/env node
// Runs the CLI under a Node that is new enough. Plain JavaScript: an old Node must be able to read it.
import { existsSync } from 'node:fs';
import * as module from 'node:module';

const setup = new URL('../../../scripts/setup.mjs', import.meta.url);
if (existsSync(setup)) {
  const { run } = await import(setup.href);
  process.exitCode = await run('apps/cli/src/main.ts', process.argv.slice(2));
} else {
  // A clone's launcher names a directory for it; Node 20 has none.
  module.enableCompileCache?.();
  await import('../dist/main.js');
}
