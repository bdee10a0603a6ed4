/** docs/conformance.md says of every suite here how it is run and what was seen. */
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { repository } from '../support/doc-blocks.ts';

it('every suite is on the page', () => {
  const page = readFileSync(`${repository}docs/conformance.md`, 'utf8');
  const suites = globSync('tests/conformance/**/*.test.ts', { cwd: repository }).filter(
    (file) => !file.endsWith('documented.test.ts'),
  );
  expect(suites.length).toBeGreaterThan(3);
  expect(suites.filter((file) => !page.includes(`(../${file})`))).toEqual([]);
});
