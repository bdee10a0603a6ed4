/** An application for the tests: it loads a model, tells about the engine's process, and ends or waits. */
import { readFileSync } from 'node:fs';
import { makeTensor } from '@selvedge/infer/engine';
import { countingModel } from '../acceptance/models.ts';
import { createOrtEngine } from './index.ts';

const engine = createOrtEngine({ threads: 1 });
const session = await engine.load(countingModel());
const pid = engine.pid!;
const environment =
  process.platform === 'linux' ? readFileSync(`/proc/${pid}/environ`, 'utf8') : '';
process.stdout.write(
  `${JSON.stringify({ pid, secret: environment.includes('SELVEDGE_TOKEN') })}\n`,
);
if (process.argv[2] === 'hang') {
  await session.run({ trips: makeTensor('int64', [], new BigInt64Array([2n ** 50n])) });
}
