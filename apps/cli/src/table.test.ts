import { describe, expect, it } from 'vitest';
import { formatTable, wrapped } from './table.ts';

const columns = ['target', { head: 'p50', align: 'right' }, { head: 'why', wrap: 12 }] as const;
const rows = [
  ['apple-m4', '1.00 ms', 'a reason that takes more than a narrow terminal has'],
  ['cpu-x64', '12.0 ms', ''],
];

describe('a table', () => {
  it('is a line a row where nothing says how wide the terminal is', () => {
    expect(formatTable(columns, rows).split('\n')).toEqual([
      'target        p50  why',
      'apple-m4  1.00 ms  a reason that takes more than a narrow terminal has',
      'cpu-x64   12.0 ms',
    ]);
  });

  it('wraps within the column that may, and says every word', () => {
    const table = formatTable(columns, rows, { columns: 40 });
    const lines = table.split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines.slice(1, 4)).toEqual([
      'apple-m4  1.00 ms  a reason that takes',
      '                   more than a narrow',
      '                   terminal has',
    ]);
  });

  it('keeps columns that may not wrap whole, whatever the terminal', () => {
    expect(formatTable(columns, rows, { columns: 10 })).toContain('apple-m4  1.00 ms  a reason');
  });
});

describe('wrapped text', () => {
  it('breaks a long word behind a hyphen', () => {
    expect(wrapped('device-fp16-clustered', 12)).toEqual(['device-fp16-', 'clustered']);
  });

  it('cuts a word that is longer than a line', () => {
    expect(wrapped('aaaaaaa bb', 3)).toEqual(['aaa', 'aaa', 'a', 'bb']);
  });
});
