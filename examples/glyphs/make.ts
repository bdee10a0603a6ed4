// Writes the sample family into a directory: `node scripts/run.mjs examples/glyphs/make.ts DIR`.
import { makeSampleFamily } from './src/index.ts';

const [directory] = process.argv.slice(2);
if (!directory) {
  process.stderr.write('selvedge: usage: no directory given: examples/glyphs/make.ts DIR\n');
  process.exit(2);
}
process.stdout.write(`${await makeSampleFamily(directory)}\n`);
