// `npm run bench [-- --check] [NAME…]`: runs the questions in bench/.
import { install, run } from './setup.mjs';

install('all');
process.exitCode = await run('bench/main.ts', process.argv.slice(2), { nodeArgs: ['--expose-gc'] });
