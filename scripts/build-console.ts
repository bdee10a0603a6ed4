// Builds the console's page unless the one that is there was made from the same sources.
import { buildConsole } from '../apps/console/src/build/index.ts';

await buildConsole({ onProgress: (text) => process.stderr.write(`${text}\n`) });
