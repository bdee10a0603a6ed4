/** Preloaded into a process: its nth rename (END_AT) fails or hangs, or the process is killed before it. */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { rename } = promises;
let left = Number(process.env.END_AT);
promises.rename = async (from, to) => {
  left -= 1;
  if (left === 0) {
    if (process.env.END_HOW === 'kill') process.kill(process.pid, 'SIGKILL');
    if (process.env.END_HOW === 'hang') {
      process.stderr.write('hangs\n');
      setInterval(() => {}, 1000);
      return new Promise(() => {});
    }
    throw Object.assign(new Error('EIO: i/o error, rename'), { code: 'EIO' });
  }
  return rename(from, to);
};
const { renameSync } = fs;
let back = Number(process.env.END_AT_BACK);
fs.renameSync = (from, to) => {
  back -= 1;
  if (back === 0) process.kill(process.pid, 'SIGKILL');
  return renameSync(from, to);
};
syncBuiltinESMExports();
