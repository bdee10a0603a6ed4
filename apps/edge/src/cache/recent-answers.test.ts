import { expect, it } from 'vitest';
import type { DocumentAnswer } from './ask-origin.ts';
import { recentAnswers } from './recent-answers.ts';

const notThere = (bytes: number): DocumentAnswer => ({
  kind: 'other',
  answer: { status: 404 } as never,
  body: new Uint8Array(bytes),
});

it('remembers an answer for its moment, and has it still when the origin is away', () => {
  let now = 0;
  const recent = recentAnswers(1000, () => now);
  recent.remember('/a', notThere(10));
  expect(recent.find('/a')?.current).toBe(true);
  now = 1000;
  expect(recent.find('/a')).toMatchObject({ current: false, answer: { kind: 'other' } });
  expect(recent.find('/b')).toBeUndefined();
});

it('holds a few megabytes, whatever is asked for and however long the answers are', () => {
  const recent = recentAnswers(1000, () => 0);
  for (let i = 0; i < 200; i++) recent.remember(`/large/${i}`, notThere(500_000));
  expect(recent.bytes).toBeLessThan(9e6);
  expect(recent.find('/large/199')).toBeDefined();
  for (let i = 0; i < 100_000; i++) recent.remember(`/small/${i}`, notThere(0));
  expect(recent.bytes).toBeLessThan(9e6);
  recent.remember('/huge', notThere(16e6));
  expect(recent.find('/huge')).toBeUndefined();
});
