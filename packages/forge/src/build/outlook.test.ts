import { expect, it } from 'vitest';
import { Outlook } from './outlook.ts';

const ahead = { variants: 1, evaluationSamples: 100, sampleMs: 2, timingMs: 1500 };

it('what is left of a build is what is left of its stage, by its pace, and what follows', () => {
  let now = 1000;
  const left = new Outlook(ahead, () => now).begin('evaluate');
  expect(left(0, 100)).toBe(1500);
  now += 500;
  expect(left(50, 100)).toBe(500 + 1500);
  expect(left(100, 100)).toBe(1500);
});

it('before the evaluation that is counted too, the unconverted model included', () => {
  let now = 0;
  const left = new Outlook(ahead, () => now).begin('calibrate');
  expect(left(0, 10)).toBe(400 + 1500);
  now = 100;
  expect(left(5, 10)).toBe(100 + 400 + 1500);
});

it('of work that goes on beside other work, by its own pace', () => {
  let now = 0;
  const outlook = new Outlook(ahead, () => now);
  const first = outlook.begin('calibrate');
  now = 1000;
  const second = outlook.begin('calibrate');
  now = 1100;
  expect(second(1, 2)).toBe(100 + 400 + 1500);
  expect(first(11, 12)).toBe(100 + 400 + 1500);
});
