import type { BuildProgress } from '@selvedge/forge';
import type { Io } from './io.ts';

/**
 * Shows what a build is at: a line per stage, and for the evaluation set one bar on a terminal or
 * a line every quarter where stderr is a file or a pipe.
 */
export function buildProgress(
  io: Io,
  terminal: NodeJS.WriteStream = process.stderr,
): (event: BuildProgress) => void {
  let quarter = 0;
  return (event) => {
    if (io.quiet) return;
    if (event.stage !== 'evaluate') {
      quarter = 0;
      io.progress(stageLine(event));
      return;
    }
    const { tier, done, total } = event;
    if (terminal.isTTY) {
      terminal.write(`\r${barLine(tier, done, total)}${done === total ? '\n' : ''}`);
      return;
    }
    if (Math.floor((4 * done) / total) === quarter) return;
    quarter = Math.floor((4 * done) / total);
    io.progress(`evaluate ${tier}: ${done} of ${total} samples`);
  };
}

function stageLine(event: Exclude<BuildProgress, { stage: 'evaluate' }>): string {
  if (event.stage === 'cached') return `cached   built ${event.builtAt}: nothing to do`;
  if (event.stage === 'load') return `load     ${event.tier}`;
  return `${event.stage === 'convert' ? 'convert ' : 'measure '} ${event.variant}`;
}

const barWidth = 24;

function barLine(tier: string, done: number, total: number): string {
  const filled = Math.round((barWidth * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `evaluate ${tier} ${bar} ${done} of ${total} samples`;
}
