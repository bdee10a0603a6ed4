// Runs one TypeScript file under the right Node: `node scripts/run.mjs FILE [ARGS]`.
import { resolve } from 'node:path';
import { install, run } from './setup.mjs';

install('all');
const [file, ...args] = process.argv.slice(2);
process.exitCode = await run(resolve(file), args);
