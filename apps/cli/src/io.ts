import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import { remedies } from './remedies.ts';

/** How a command speaks: results on stdout, everything else on stderr. */
export interface Io {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether stdout takes colour. */
  readonly colour: boolean;
  /** Whether stderr does: either may be a file while the other is a terminal. */
  readonly progressColour: boolean;
  /** How wide stdout is, where it is a terminal. */
  readonly columns?: number;
  /** The same of stderr. */
  readonly progressColumns?: number;
  /** A person's result text; nothing under `--json`. */
  print(text: string): void;
  /** The one JSON document of `--json`; nothing without it. */
  result(document: unknown): void;
  /** A progress line on stderr; nothing under `--quiet`. */
  progress(text: string): void;
  /** A warning on stderr, also under `--quiet`. */
  warn(text: string): void;
}

/** The Io of a process. `NO_COLOR` (no-color.org) turns colour off. */
export function processIo(options: { json?: boolean; quiet?: boolean }): Io {
  const json = options.json ?? false;
  const quiet = options.quiet ?? false;
  const takesColour = ({ isTTY }: NodeJS.WriteStream) => isTTY === true && !process.env.NO_COLOR;
  return {
    json,
    quiet,
    colour: takesColour(process.stdout),
    progressColour: takesColour(process.stderr),
    ...(process.stdout.isTTY && { columns: process.stdout.columns }),
    ...(process.stderr.isTTY && { progressColumns: process.stderr.columns }),
    print: (text) => void (json || process.stdout.write(`${text}\n`)),
    result: (document) => void (json && process.stdout.write(`${JSON.stringify(document)}\n`)),
    progress: (text) => void (quiet || process.stderr.write(`${text}\n`)),
    warn: (text) => void process.stderr.write(`${text}\n`),
  };
}

/**
 * Reports an error the one way it is reported: a line on stderr, the same as JSON on stdout
 * under `--json`, a stack only with `SELVEDGE_DEBUG=1`. Returns the exit code.
 */
export function reportError(caught: unknown, io: Pick<Io, 'json'>): number {
  const error = toSelvedgeError(caught);
  process.stderr.write(`${errorLine(error)}\n`);
  if (process.env.SELVEDGE_DEBUG === '1')
    process.stderr.write(`${(caught as Error)?.stack ?? ''}\n`);
  if (io.json) {
    const { code, message, details } = error;
    const hint = error.hint || remedies[code];
    process.stdout.write(`${JSON.stringify({ error: { code, message, hint, details } })}\n`);
  }
  return error.row.exit;
}

/** `selvedge: <code>: <what happened>: <what to do>`, on one line. */
export function errorLine(error: SelvedgeError): string {
  const parts = [`selvedge: ${error.code}`, error.message, error.hint || remedies[error.code]];
  return parts.join(': ').replace(/\s*\n\s*/g, ' ');
}
