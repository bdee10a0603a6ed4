import { expect, it } from 'vitest';
import { Outlook } from './outlook.ts';

const ahead = { variants: 1, evaluationSamples: 100, sampleMs: 2, timingMs: 1500 };

it('what is left of a build is what is left of its stage, by its pace, and what follows', () => {
  let now = 1000;
  const outlook = new Outlook(ahead, () => now);
  expect(outlook.remainingMs('evaluate', 0, 100)).toBe(1500);
  now += 500;
  expect(outlook.remainingMs('evaluate', 50, 100)).toBe(500 + 1500);
  expect(outlook.remainingMs('evaluate', 100, 100)).toBe(1500);
});

it('before the evaluation that is counted too, the unconverted model included', () => {
  let now = 0;
  const outlook = new Outlook(ahead, () => now);
  expect(outlook.remainingMs('calibrate', 0, 10)).toBe(400 + 1500);
  now = 100;
  expect(outlook.remainingMs('calibrate', 5, 10)).toBe(100 + 400 + 1500);
});
