import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Aside, Label } from './score.ts';

/** A public repository whose calls of models were labelled by reading it at one commit. */
export interface LabelledRepository {
  readonly name: string;
  readonly repository: string;
  readonly commit: string;
  readonly labels: readonly Label[];
  readonly aside: readonly Aside[];
}

const directory = join(import.meta.dirname, 'repositories');

/** The ten, in alphabetical order, or those of another directory of labels. */
export function labelledRepositories(labels: string = directory): LabelledRepository[] {
  return readdirSync(labels)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      name: name.slice(0, -'.json'.length),
      ...JSON.parse(readFileSync(join(labels, name), 'utf8')),
    }));
}
