/** What ONNX Runtime says of a model that it does not know, and the same in fewer words. */
const known: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [
    /In Node, \("([^"]*)",.*No Op registered for (\S+) with domain_version of (\d+)/s,
    (node, op, opset) => `node ${node}: it knows no operator ${op} in opset ${opset}`,
  ],
  [
    /No Op registered for (\S+) with domain_version of (\d+)/,
    (op, opset) => `it knows no operator ${op} in opset ${opset}`,
  ],
  [
    /(\S+):([^\s:(]+)\(-?\d+\) is not a registered function\/op/,
    (domain, op) => `it knows no operator ${op} of ${domain}`,
  ],
  [
    /Opset (\d+) is under development.*for domain (\S+) is till opset (\d+)/s,
    (opset, domain, newest) =>
      `opset ${opset} of ${domain} is newer than it knows: export the model with opset ${newest} or lower`,
  ],
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    (version, newest) => `IR version ${version} is newer than it knows, which is ${newest}`,
  ],
];

/** An engine's reason for not loading a model, shorter where it is one of those above. */
export function refusalInWords(message: string): string {
  for (const [pattern, words] of known) {
    const found = pattern.exec(message);
    if (found) return words(...found.slice(1));
  }
  return message;
}
