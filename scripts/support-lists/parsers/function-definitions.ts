/** The operators that ONNX defines by others, out of its schemas in C++ (`onnx/defs`). */
import { callsIn } from './macros.ts';

/** A function of an operator. */
export interface FunctionDefinition {
  /** The operator set that it is written in. */
  readonly version: number;
  /** Whether it is built for each node, by its types and attributes. */
  readonly built: boolean;
}

/** By operator, each in the order of its versions. */
export type Functions = ReadonlyMap<string, readonly FunctionDefinition[]>;

/** @param files text by path */
export function readFunctions(files: ReadonlyMap<string, string>): Functions {
  const functions = new Map<string, FunctionDefinition[]>();
  for (const text of files.values()) {
    const plain = withoutTexts(text);
    for (const { arguments: schema } of callsIn(plain, /\bONNX_OPERATOR_SET_SCHEMA\b/g)) {
      const [op = '', since = '', ...rest] = schema;
      const known = functions.get(op) ?? [];
      for (const call of callsIn(rest.join(','), bodies)) {
        const stated = /^\d+$/.exec(call.arguments.at(-1)?.trim() ?? '')?.[0];
        const version = Number(stated ?? since);
        // Several versions of an operator can state one function.
        if (known.some((one) => one.version === version)) continue;
        known.push({ version, built: call.name.startsWith('SetContext') });
      }
      if (known.length > 0) functions.set(op, known);
    }
  }
  for (const known of functions.values()) known.sort((a, b) => a.version - b.version);
  return functions;
}

const bodies = /\b(?:FunctionBody|SetContextDependentFunctionBodyBuilder)\b/g;

/** Parentheses and commas in texts and comments are none of the code's. */
const withoutTexts = (code: string): string =>
  code
    .replace(/R"(\w*)\([\s\S]*?\)\1"/g, '""')
    .replace(/"(?:\\.|[^"\\\n])*"/g, '""')
    .replace(/\/\/.*$/gm, '');
