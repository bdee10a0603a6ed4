/** docs/promises.md is the list: each promise has tests named after it, and each is linked. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { repository } from '../support/doc-blocks.ts';

const page = readFileSync(`${repository}docs/promises.md`, 'utf8');
const promises = [...page.matchAll(/^(\d+)\. (.+(?:\n {3}.+)*)/gm)].map(([, number, text]) => ({
  number: Number(number),
  linked: [...text!.matchAll(/\.\.\/tests\/promises\/([\w.-]+)/g)].map(([, file]) => file!).sort(),
}));
const files = readdirSync(`${repository}tests/promises`).filter((file) => /^promise-/.test(file));

it('there are nine, each with a test named after it, and no test is named after another', () => {
  expect(promises.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const { number } of promises) expect(files).toContain(`promise-${number}.test.ts`);
  expect(promises.flatMap(({ linked }) => linked).sort()).toEqual([...files].sort());
  for (const { number, linked } of promises) {
    expect(linked.filter((file) => !file.startsWith(`promise-${number}`))).toEqual([]);
  }
});
