import type { BuildProgress } from '@selvedge/forge';
import type { Io } from '../io.ts';
import { tierMark } from '../marks.ts';
import type { Say } from './story.ts';

/** Tells of a build in one line a tier; on a terminal, with one bar while samples are answered. */
export function buildLines(
  io: Io,
  say: Say,
  terminal: NodeJS.WriteStream = process.stderr,
): (event: BuildProgress) => void {
  let variants: string[] = [];
  return (event) => {
    if (event.stage === 'load') variants = [];
    if (event.stage === 'convert') variants.push(event.variant);
    if (event.stage !== 'evaluate') return;
    const { tier, done, total } = event;
    if (terminal.isTTY && !io.quiet) terminal.write(done === total ? clearLine : bar(done, total));
    if (done === total) {
      const samples = total.toLocaleString('en-US');
      say(
        `${tierMark(tier, { colour: io.progressColour })}: ${variants.join(', ')} answered ${samples} samples`,
      );
    }
  };
}

const clearLine = '\r\u001b[2K';
const barWidth = 24;

function bar(done: number, total: number): string {
  const filled = Math.round((barWidth * done) / total);
  const drawn = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `\r          ${drawn} ${done} of ${total} samples`;
}
