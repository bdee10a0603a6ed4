// `npm start`: sets up what is missing and runs the whole fabric (`selvedge up`).
import { install, run } from './setup.mjs';

install('run');
process.exitCode = await run('apps/cli/src/main.ts', ['up', ...process.argv.slice(2)]);
