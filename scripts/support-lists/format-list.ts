import type { SupportList } from '@selvedge/onnx';

/** A list as JSON with a line for each rule, so that a change of one reads as one. */
export function formatList({ rules, ...head }: SupportList): string {
  const text = JSON.stringify(head, null, 2);
  const lines = rules.map((rule) => `    ${JSON.stringify(rule)}`);
  return `${text.slice(0, -2)},\n  "rules": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
