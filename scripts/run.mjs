// Runs one TypeScript file of the repository: `node scripts/run.mjs FILE [ARGS]`.
import { install, run } from './setup.mjs';

install('all');
const [file, ...args] = process.argv.slice(2);
process.exitCode = await run(file, args);
