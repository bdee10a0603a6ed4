import type { Tier } from '@selvedge/core/schema';
import { isAlias, isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** The line of a blueprint, from 1, at which a target of a tier is named, or (null) the tier itself. */
export type LineOf = (tier: Tier, target: string | null) => number;

/** Of what has no lines, such as a model: some readers of SARIF drop what names none. */
export const firstLine: LineOf = () => 1;

/** @param text of a blueprint that was read before: YAML, or JSON, which is YAML too */
export function linesOfBlueprint(text: string): LineOf {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lineOf = (node: unknown): number | undefined => {
    const start = (node as Node | null)?.range?.[0];
    return start === undefined ? undefined : counter.linePos(start).line;
  };
  const followed = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const pairOf = (map: unknown, name: string) => {
    const found = followed(map);
    return isMap<Node>(found)
      ? found.items.find(({ key }) => (key as { value?: unknown }).value === name)
      : undefined;
  };
  return (tier, target) => {
    const stated = pairOf(pairOf(document.contents, 'tiers')?.value, tier);
    const targets = followed(pairOf(stated?.value, 'targets')?.value);
    const named = isSeq<Node>(targets)
      ? targets.items.find((item) => (followed(item) as { value?: unknown }).value === target)
      : undefined;
    return lineOf(named) ?? lineOf(stated?.key) ?? 1;
  };
}
