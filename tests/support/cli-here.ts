/** The command line within this process: what it prints and its exit code, without the start-up. */
import { main } from '../../apps/cli/src/main.ts';
import type { Finished } from './agent-process.ts';

export async function cliHere(args: readonly string[]): Promise<Finished> {
  const out = capture(process.stdout);
  const err = capture(process.stderr);
  try {
    const code = await main(args);
    const stdout = out.text();
    return {
      code,
      stdout,
      stderr: err.text(),
      json: stdout.startsWith('{') ? JSON.parse(stdout) : {},
    };
  } finally {
    out.restore();
    err.restore();
  }
}

function capture(stream: NodeJS.WriteStream) {
  const write = stream.write;
  let text = '';
  stream.write = ((chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  }) as typeof write;
  return {
    text: () => text,
    restore: () => {
      stream.write = write;
    },
  };
}
