/** A preload: a thread of this process waits in `open` for ever, as on a file system that went away. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs';

const { PIPE } = process.env;
if (PIPE) {
  execFileSync('mkfifo', [PIPE]);
  delete process.env.PIPE;
  readFile(PIPE, () => {});
}
