/**
 * `npm test`: everything that CI runs, in order, ending with what was skipped and why.
 * `npm test -- --only types,lint` runs some steps; anything else goes to Vitest as filters.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { install, nodeBinary, root } from './setup.mjs';

install('all');

const bin = (name, file) => join(root, 'node_modules', name, file);
const steps = {
  types: () => node(bin('typescript', 'bin/tsc'), ['-b']),
  lint: () =>
    node(bin('@biomejs/biome', 'bin/biome'), [
      'check',
      '--error-on-warnings',
      '--diagnostic-level=warn',
    ]),
  imports: () =>
    node(bin('dependency-cruiser', 'bin/dependency-cruiser.mjs'), [
      '--config',
      'scripts/import-rules.mjs',
      'packages',
      'apps',
      'examples',
    ]),
  console: () => node(join(root, 'scripts/build-console.ts'), []),
  tests: () => node(bin('vitest', 'vitest.mjs'), ['run', ...filters]),
};

const argv = process.argv.slice(2);
const at = argv.indexOf('--only');
const wanted = at < 0 ? Object.keys(steps) : argv.splice(at, 2)[1].split(',');
const filters = argv;

let failed = 0;
for (const name of wanted) {
  const started = Date.now();
  process.stderr.write(`\n── ${name}\n`);
  const code = steps[name]();
  process.stderr.write(
    `── ${name}: ${code === 0 ? 'ok' : `failed (${code})`}, ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  if (code !== 0) failed++;
}
if (failed > 0) process.stderr.write(`\n${failed} of ${wanted.length} steps failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function node(file, args) {
  const binary = nodeBinary();
  const result = spawnSync(binary, [file, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}` },
  });
  return result.status ?? 1;
}
