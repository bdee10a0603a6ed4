// `npm run soak`: the long runs, outside `npm test`.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { install, nodeBinary, root } from './setup.mjs';

install('all');
const binary = nodeBinary();
const result = spawnSync(
  binary,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'vitest.soak.config.ts',
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}` },
  },
);
process.exitCode = result.status ?? 1;
