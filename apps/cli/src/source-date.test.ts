import { describe, expect, it } from 'vitest';
import { sourceDate } from './source-date.ts';

describe('the time that a build carries', () => {
  it('is what SOURCE_DATE_EPOCH says, and otherwise nobody’s', () => {
    expect(sourceDate({ SOURCE_DATE_EPOCH: '1700000000' })?.toISOString()).toBe(
      '2023-11-14T22:13:20.000Z',
    );
    expect(sourceDate({})).toBeUndefined();
  });

  it.each(['yesterday', '-1', '1e9', '123456789012'])('is refused where it says %s', (stated) => {
    expect(() => sourceDate({ SOURCE_DATE_EPOCH: stated })).toThrow(/SOURCE_DATE_EPOCH/);
  });
});
