import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { ConversionJob, ConversionReport } from './conversion.ts';

/** A quantiser as a command that takes a job's file. */
export interface Converter {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export type Conversion =
  | (Exclude<ConversionReport, { failed: string }> & {
      /** Of the whole process: start-up, imports, work. */
      readonly wallMs: number;
    })
  | { readonly failed: string };

/** Runs one conversion in a process of its own. */
export async function runConverter(converter: Converter, job: ConversionJob): Promise<Conversion> {
  const file = `${job.output}.job.json`;
  await writeFile(file, JSON.stringify(job));
  const started = performance.now();
  const { output, errors, status } = await run(converter, file);
  const wallMs = performance.now() - started;
  const last = output.trim().split('\n').at(-1) ?? '';
  if (status !== 0) {
    const said = errors.split('\n').find((line) => /error/i.test(line));
    return { failed: said ?? `its process ended with status ${status}` };
  }
  const report: ConversionReport = JSON.parse(last);
  return 'failed' in report ? report : { ...report, wallMs };
}

function run({ command, args, env }: Converter, file: string) {
  return new Promise<{ output: string; errors: string; status: number | null }>(
    (resolve, reject) => {
      const child = spawn(command, [...args, file], {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 600_000,
        env: { ...process.env, ...env },
      });
      let [output, errors] = ['', ''];
      child.stdout.on('data', (piece) => {
        output += piece;
      });
      child.stderr.on('data', (piece) => {
        errors += piece;
      });
      child.on('error', reject);
      child.on('close', (status) => resolve({ output, errors, status }));
    },
  );
}
