import type { BuildProgress } from '@selvedge/forge';
import type { Io } from './io.ts';

type Counted = Extract<BuildProgress, { readonly total: number }>;

/**
 * Shows what a build is at: a line per step, and for what is counted one bar on a terminal or a
 * line every quarter where stderr is a file or a pipe, each with the time that is left.
 */
export function buildProgress(
  io: Io,
  terminal: NodeJS.WriteStream = process.stderr,
): (event: BuildProgress) => void {
  const quarters = new Map<Counted['stage'], number>();
  let drawn = false;
  const say = (line: string) => {
    if (drawn) terminal.write(clearLine);
    drawn = false;
    io.progress(line);
  };
  return (event) => {
    if (io.quiet) return;
    if (!('total' in event)) {
      if (event.stage === 'load') quarters.clear();
      say(stepLine(event));
      return;
    }
    const { stage, done, total } = event;
    if (terminal.isTTY) {
      terminal.write(`${clearLine}${done === total ? '' : barLine(event)}`);
      drawn = done !== total;
      if (drawn) return;
    }
    const quarter = done === total ? 4 : Math.floor((4 * done) / total);
    if (quarter === (quarters.get(stage) ?? 0)) return;
    quarters.set(stage, quarter);
    if (!terminal.isTTY || quarter === 4) say(countLine(event));
  };
}

const words = { calibrate: 'calibrate', mix: 'tell apart', evaluate: 'evaluate' } as const;
const units = { calibrate: 'samples', mix: 'layers', evaluate: 'samples' } as const;

function stepLine(event: Exclude<BuildProgress, Counted>): string {
  if (event.stage === 'cached') {
    return `${label('cached')}  built ${event.builtAt} from the same inputs and options: nothing to do`;
  }
  const what = event.stage === 'load' ? event.tier : event.variant;
  return `${label(event.stage === 'convert' ? 'converted' : event.stage)}  ${what}`;
}

/** One word in front of every line, in a column. */
const label = (word: string): string => word.padEnd(10);

const clearLine = '\r\u001b[2K';
const barWidth = 24;

function barLine(event: Counted): string {
  const filled = Math.round((barWidth * event.done) / event.total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${label(words[event.stage])}  ${bar} ${counts(event)}${left(event)}`;
}

const countLine = (event: Counted): string =>
  `${label(words[event.stage])}  ${event.tier}: ${counts(event)}${left(event)}`;

const counts = ({ stage, done, total }: Counted): string =>
  `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${units[stage]}`;

/** Of a build that has just begun nothing can be told yet. */
function left({ done, total, remainingMs }: Counted): string {
  if (done === 0 || done === total) return '';
  const seconds = Math.max(1, Math.round(remainingMs / 1000));
  return seconds < 90
    ? `, about ${seconds} s left`
    : `, about ${Math.round(seconds / 60)} min left`;
}
