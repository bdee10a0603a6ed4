import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelledRepositories } from '../repositories.ts';

const parts = [
  '.',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
  'eleventh',
  'twelfth',
].map((part) => join(import.meta.dirname, part));
const heldOut = parts.flatMap((part) => labelledRepositories(part));

describe('labels of held-out repositories', () => {
  it('are of seventy-nine repositories, each at a commit, none of which is among the ten', () => {
    const ten = labelledRepositories().map(({ repository }) => repository);
    expect(heldOut).toHaveLength(87);
    for (const { commit, repository } of heldOut) {
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      expect(ten).not.toContain(repository);
    }
  });

  it('have no two labels in one place, and none that is set aside as well', () => {
    for (const { name, labels, aside } of heldOut) {
      const places = [...labels, ...aside].map(({ file, line }) => `${name}/${file}:${line}`);
      expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
    }
  });
});
