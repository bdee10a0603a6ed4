/** Where nodes really went, as it is committed: `truth/<provider>-<version>.json`. */
import { readFileSync, writeFileSync } from 'node:fs';

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

const fileOf = (id: string): URL => new URL(`./truth/${id}.json`, import.meta.url);

export const readTruth = (id: string): Truth => JSON.parse(readFileSync(fileOf(id), 'utf8'));

/** A line per case, so that a change of one shows as one. */
export function writeTruth(id: string, { cases, ...about }: Truth): void {
  const lines = Object.entries(cases).map(
    ([name, truth]) => `    ${JSON.stringify(name)}: ${JSON.stringify(truth)}`,
  );
  const head = Object.entries(about).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
  );
  writeFileSync(fileOf(id), `{\n${head.join('')}  "cases": {\n${lines.join(',\n')}\n  }\n}\n`);
}
