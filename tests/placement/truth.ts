/** Where nodes really went, as it is committed: `truth/<runtime>.generated.json`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { VariedSet } from './variations.ts';

/** Where the nodes of one model went; nodes are their places in `walkNodes`. */
export interface CaseTruth {
  /** How many there are. Constants are in none of the lists: they run nowhere. */
  readonly nodes: number;
  /** Nodes that were folded or fused before the provider was asked. */
  readonly gone?: readonly number[];
  /** Nodes that the provider did not take. */
  readonly elsewhere?: readonly number[];
  /** Nodes of which the runtime does not tell. */
  readonly unseen?: readonly number[];
  /** Why no session came of the model. */
  readonly refused?: string;
}

export interface Truth {
  /** As a support list names it. */
  readonly provider: string;
  /** The runtime that was asked, with its version. */
  readonly runtime: string;
  /** By the name of the case. */
  readonly cases: Readonly<Record<string, CaseTruth>>;
}

/** Where the one node of each variation of a test went, by the variations' labels. */
export interface VariedTruth extends Omit<Truth, 'cases'> {
  readonly cases: Readonly<
    Record<string, { readonly here: readonly string[]; readonly elsewhere: readonly string[] }>
  >;
}

const fileOf = (id: string): URL => new URL(`./truth/${id}.generated.json`, import.meta.url);
export const readTruth = (id: string): Truth => JSON.parse(readFileSync(fileOf(id), 'utf8'));

export const hasVariedTruth = (id: string, set: VariedSet): boolean =>
  existsSync(fileOf(`${id}-${set}`));

export const readVariedTruth = (id: string, set: VariedSet): VariedTruth =>
  JSON.parse(readFileSync(fileOf(`${id}-${set}`), 'utf8'));

export const writeTruth = (id: string, truth: Truth): void => write(id, truth);

export const writeVariedTruth = (id: string, set: VariedSet, truth: VariedTruth): void =>
  write(`${id}-${set}`, truth);

/** A line per case, so that a change of one shows as one. */
function write(id: string, { cases, ...about }: Truth | VariedTruth): void {
  const lines = Object.entries(cases).map(
    ([name, found]) => `    ${JSON.stringify(name)}: ${JSON.stringify(found)}`,
  );
  const head = Object.entries(about).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
  );
  writeFileSync(fileOf(id), `{\n${head.join('')}  "cases": {\n${lines.join(',\n')}\n  }\n}\n`);
}
