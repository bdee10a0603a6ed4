import { readdirSync, readFileSync } from 'node:fs';
import type { WrittenDataset } from '../../packages/forge/src/dataset/index.ts';
import { sharedData } from './shared-data.ts';

interface Config {
  readonly beg_size: number;
  readonly end_size: number;
  readonly block_size: number;
  readonly padding_token: number;
  readonly target_labels_space: readonly string[];
}

/**
 * The 77 sample files as a data set for magika-v3.3, labelled by the folder they stand in. `empty` is
 * no class of the network, which is never asked about empty files: its sample counts as class 0
 * (3gp), which no sample is, so that the network cannot be right about it.
 */
export function magika(): WrittenDataset {
  const config: Config = JSON.parse(
    readFileSync(`${sharedData}/models/magika-v3.3.config.json`, 'utf8'),
  );
  const root = `${sharedData}/datasets/magika-samples`;
  const files = readdirSync(root)
    .sort()
    .flatMap((label) =>
      readdirSync(`${root}/${label}`).map((file) => ({ label, path: `${root}/${label}/${file}` })),
    );
  const width = config.beg_size + config.end_size;
  const data = new Int32Array(files.length * width);
  const labels = files.map(({ label, path }, at) => {
    data.set(features(new Uint8Array(readFileSync(path)), config), at * width);
    return Math.max(0, config.target_labels_space.indexOf(label));
  });
  return { inputs: { bytes: { type: 'int32', shape: [files.length, width], data } }, labels };
}

/**
 * What the network reads of a file (google/magika, `features_extraction_v2`): the first bytes of the
 * first block without leading white space, the last bytes of the last block without trailing, and
 * padding where the file is shorter: behind the former, before the latter.
 */
function features(bytes: Uint8Array, config: Config): Int32Array {
  const { beg_size, end_size, block_size, padding_token } = config;
  const first = trim(bytes.subarray(0, block_size), 'start').subarray(0, beg_size);
  const last = trim(bytes.subarray(Math.max(0, bytes.length - block_size)), 'end');
  const end = last.subarray(Math.max(0, last.length - end_size));
  const row = new Int32Array(beg_size + end_size).fill(padding_token);
  row.set(first, 0);
  row.set(end, row.length - end.length);
  return row;
}

/** As Python's `bytes.strip` does: tab, line feed, vertical tab, form feed, carriage return, space. */
const isSpace = (byte: number | undefined): boolean =>
  byte !== undefined && (byte === 32 || (byte >= 9 && byte <= 13));

function trim(bytes: Uint8Array, side: 'start' | 'end'): Uint8Array {
  let [from, to] = [0, bytes.length];
  if (side === 'start') while (isSpace(bytes[from])) from++;
  else while (to > 0 && isSpace(bytes[to - 1])) to--;
  return bytes.subarray(from, to);
}
