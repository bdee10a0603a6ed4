import type { Finding } from '@selvedge/audit';
import { describe, expect, it } from 'vitest';
import type { Io } from '../io.ts';
import { findingTable } from './finding-table.ts';

const finding = {
  file: 'packages/assistant/src/services/summaries/summarize-patient-record.ts',
  line: 1204,
  service: 'openai',
  model: 'gpt-4o-mini',
  sync: 'request',
  resilience: { timeout: false, retry: false, fallback: false },
  data: 'text',
  personal: [{ sign: 'patientRecord', line: 3 }],
  suggestedTier: 'device',
  confidence: 0.95,
} as unknown as Finding;

const table = (columns: number | undefined, colour = false) =>
  findingTable({ colour, ...(columns && { columns }) } as Io, [finding]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const bare = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');

describe('the table of findings', () => {
  it.each([60, 80, 100, 120, 160, 200])('is no wider than a terminal of %i columns', (columns) => {
    for (const colour of [false, true])
      for (const line of bare(table(columns, colour)).split('\n'))
        expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('keeps the end of a place, the service and who waits at 80 columns', () => {
    expect(table(80)).toMatch(
      /…\S*summarize-patient-record\.ts:1204 {2}openai gpt-4o-mini {2}a user/,
    );
  });

  it('says all of it to a pipe', () => {
    expect(table(undefined)).toContain(finding.file);
    expect(table(undefined)).toContain('95%');
    expect(table(undefined)).not.toContain('\u001b');
  });
});
