/** What ONNX Runtime says of a model that it does not know, and the same in fewer words. */
const unknowns: readonly (readonly [RegExp, (...parts: string[]) => Unknown])[] = [
  [
    /In Node, \("([^"]*)",.*No Op registered for (\S+) with domain_version of (\d+)/s,
    (node, op, opset) => ({ words: `it knows no operator ${op} in opset ${opset}`, op, node }),
  ],
  [
    /No Op registered for (\S+) with domain_version of (\d+)/,
    (op, opset) => ({ words: `it knows no operator ${op} in opset ${opset}`, op }),
  ],
  [
    /(\S+):([^\s:(]+)\(-?\d+\) is not a registered function\/op/,
    (domain, op) => ({ words: `it knows no operator ${op} of ${domain}`, op }),
  ],
  [
    /Opset (\d+) is under development.*for domain (\S+) is till opset (\d+)/s,
    (opset, domain, newest) => ({
      words: `opset ${opset} of ${domain} is newer than it knows, which is ${newest}`,
    }),
  ],
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    (version, newest) => ({
      words: `IR version ${version} is newer than it knows, which is ${newest}`,
    }),
  ],
  // What breaks ONNX's own rules. An operator without a kernel is none of these.
  [
    /(?:This is an invalid model\. |Invalid model\. )(?:Error: )?(.*?)\.?$/s,
    (said) => ({ words: `it is no valid model: ${said}`, isBroken: true }),
  ],
  [
    /((?:Type Error: |\[(?:Shape|Type)InferenceError\]|Tensor element type mismatch).*?)\.?$/s,
    (said) => ({ words: `it is no valid model: ${said}`, isBroken: true }),
  ],
];

/** What an engine does not know of a model: an operator, or the version that it is written in. */
export interface Unknown {
  readonly words: string;
  /** The model breaks ONNX's rules: no engine loads it. */
  readonly isBroken?: true;
  readonly op?: string | undefined;
  /** The engine's name for the node, where it tells one. */
  readonly node?: string | undefined;
}

/** What the engine does not know, where that is its reason for not loading a model. */
export function unknownIn(message: string): Unknown | undefined {
  for (const [pattern, read] of unknowns) {
    const found = pattern.exec(message);
    if (found) return read(...found.slice(1));
  }
  return undefined;
}
