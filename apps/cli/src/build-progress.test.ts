import type { BuildProgress } from '@selvedge/forge';
import { describe, expect, it } from 'vitest';
import { buildProgress } from './build-progress.ts';
import type { Io } from './io.ts';

/** What a build says, line by line, and on a terminal also what is drawn. */
function told(events: readonly BuildProgress[], { isTTY = false, columns = 80 } = {}): string {
  let text = '';
  const write = (part: string) => {
    text += part;
    return true;
  };
  const terminal = { isTTY, columns, write } as unknown as NodeJS.WriteStream;
  const io = { quiet: false, progress: (line: string) => write(`${line}\n`) } as unknown as Io;
  const show = buildProgress(io, terminal);
  for (const event of events) show(event);
  return text;
}

const counted = (what: string, done: number): BuildProgress => ({
  ...({ stage: 'calibrate', tier: 'device', total: 100, remainingMs: 5000 } as const),
  ...{ what, done },
});
/** Two passes over the calibration set beside each other. */
const beside = Array.from({ length: 101 }, (_, at) => [counted('a', at), counted('b', at)]).flat();

/** What a terminal shows at the end of each line: what came after it was last cleared. */
const shown = (text: string): string[] =>
  text.split('\n').map((line) => line.split('\r\u001b[2K').at(-1) ?? '');

describe('the progress of a build', () => {
  it('is a line every quarter of each piece of work, however many there are', () => {
    const lines = told(beside).trim().split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.slice(0, 2)).toEqual([
      'calibrate   device, a: 25 of 100 samples; build: about 5 s left',
      'calibrate   device, b: 25 of 100 samples; build: about 5 s left',
    ]);
    expect(lines.at(-1)).toBe('calibrate   device, b: 100 of 100 samples');
  });

  it('is one bar on a terminal, of what began first, with nothing left of it between lines', () => {
    const converted: BuildProgress = { stage: 'convert', tier: 'device', variant: 'device-int8' };
    const text = told([...beside.slice(0, 80), converted, ...beside.slice(80)], { isTTY: true });
    expect(shown(text)).toEqual([
      'converted   device-int8',
      'calibrate   device, a: 100 of 100 samples',
      'calibrate   device, b: 100 of 100 samples',
      '',
    ]);
    const bars = [...text.matchAll(/[█░]+ (\d+) of 100 samples/g)].map(([, done]) => Number(done));
    expect(bars).toEqual(bars.toSorted((a, b) => a - b));
  });

  it.each([20, 40, 60, 80])('is no wider than a terminal of %i columns', (columns) => {
    const bars = told(beside, { isTTY: true, columns }).split(/[\r\n]/);
    const drawn = bars.filter((line) => line.includes('of 100') && !line.includes('device'));
    expect(Math.max(...drawn.map((line) => line.replace('\u001b[2K', '').length))).toBeLessThan(
      columns,
    );
  });

  it('says what is odd about a data set', () => {
    expect(told([{ stage: 'warning', tier: 'edge', message: 'x is 0 everywhere' }])).toBe(
      'warning     edge: x is 0 everywhere\n',
    );
  });
});
