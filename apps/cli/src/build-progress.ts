import type { BuildProgress } from '@selvedge/forge';
import type { Io } from './io.ts';

type Counted = Extract<BuildProgress, { readonly total: number }>;

/**
 * Shows what a build is at: a line per step, and what is counted with the time that is left. On a
 * terminal that is one bar at a time, of whatever began first; where stderr is a file or a pipe, a
 * line every quarter of each.
 */
export function buildProgress(
  io: Io,
  terminal: NodeJS.WriteStream = process.stderr,
): (event: BuildProgress) => void {
  const bar = new Bar(terminal);
  const say = (line: string): void => {
    bar.clear();
    io.progress(line);
  };
  /** What is under way, in the order it began, and the last quarter of it that was told. */
  const underWay = new Map<string, { event: Counted; quarter: number }>();
  return (event) => {
    if (io.quiet) return;
    if (!('total' in event)) {
      if (event.stage === 'load') underWay.clear();
      say(stepLine(event));
    } else {
      const key = keyOf(event);
      const told = underWay.get(key)?.quarter ?? 0;
      const quarter = Math.floor((4 * event.done) / event.total);
      underWay.set(key, { event, quarter });
      if (quarter === 4) underWay.delete(key);
      if (quarter > told && (quarter === 4 || !terminal.isTTY)) say(countLine(event));
    }
    const [first] = underWay.values();
    if (terminal.isTTY && first) bar.draw(first.event);
  };
}

const keyOf = ({ tier, stage, what }: Counted): string => `${tier} ${stage} ${what ?? ''}`;

/** The line under the others that is drawn over and over. */
class Bar {
  readonly #terminal: NodeJS.WriteStream;
  #drawn = '';

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
  }

  draw(event: Counted): void {
    const line = barLine(event, this.#terminal.columns || 80);
    if (line === this.#drawn) return;
    this.#terminal.write(`${clearLine}${line}`);
    this.#drawn = line;
  }

  clear(): void {
    if (this.#drawn) this.#terminal.write(clearLine);
    this.#drawn = '';
  }
}

const words = {
  calibrate: 'calibrate',
  mix: 'tell apart',
  evaluate: 'evaluate',
  judge: 'judge',
} as const;
const units = {
  calibrate: 'samples',
  mix: 'layers',
  evaluate: 'samples',
  judge: 'targets',
} as const;

function stepLine(event: Exclude<BuildProgress, Counted>): string {
  switch (event.stage) {
    case 'cached':
      return `${label('cached')}  built ${event.builtAt} from the same inputs and options: nothing to do`;
    case 'warning':
      return `${label('warning')}  ${event.tier}: ${event.message}`;
    case 'load':
      return `${label('load')}  ${event.tier}`;
    case 'wait':
      return `${label('wait')}  ${event.variant}: another build measures on this machine`;
    default:
      return `${label(event.stage === 'convert' ? 'converted' : event.stage)}  ${event.variant}`;
  }
}

/** One word in front of every line, in a column. */
const label = (word: string): string => word.padEnd(10);

const clearLine = '\r\u001b[2K';
const widestBar = 24;

/** Never wider than the terminal: a line that wraps is not drawn over. */
function barLine(event: Counted, columns: number): string {
  const head = `${label(words[event.stage])}  `;
  const tail = ` ${counts(event)}${left(event)}`;
  const width = Math.min(widestBar, columns - 1 - head.length - tail.length);
  if (width < 4) return `${head}${tail.trimStart()}`.slice(0, columns - 1);
  const filled = Math.round((width * event.done) / event.total);
  return `${head}${'█'.repeat(filled)}${'░'.repeat(width - filled)}${tail}`;
}

function countLine(event: Counted): string {
  const { stage, tier, what } = event;
  const whose = what === undefined ? tier : `${tier}, ${what}`;
  return `${label(words[stage])}  ${whose}: ${counts(event)}${left(event)}`;
}

const counts = ({ stage, done, total }: Counted): string =>
  `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${units[stage]}`;

/** Of the whole build; when it has just begun nothing can be told yet. */
function left({ done, total, remainingMs }: Counted): string {
  if (done === 0 || done === total) return '';
  const seconds = Math.max(1, Math.round(remainingMs / 1000));
  return seconds < 90
    ? `; build: about ${seconds} s left`
    : `; build: about ${Math.round(seconds / 60)} min left`;
}
