/** What placements are measured on: the models of the shared data, and ONNX's node tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { nodeTests } from '../support/onnx-node-tests.ts';
import { modelFile, sharedData } from '../support/shared-data.ts';

export interface Case {
  /** The model's file name, or the node test's name. */
  readonly name: string;
  readonly model: Uint8Array;
}

/** The real models, then the node tests, both in the order of their names. */
export function* corpus(): Generator<Case> {
  for (const file of readdirSync(`${sharedData}/models`).sort()) {
    if (file.endsWith('.onnx')) yield { name: file, model: readFileSync(modelFile(file)) };
  }
  for (const { name, model } of nodeTests()) yield { name, model };
}

/** Whether a case is in one of two halves, which say nothing of operators. */
export function isFirstHalf(name: string): boolean {
  let hash = 0x811c9dc5; // FNV-1a: anything that has nothing to do with operators
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return ((hash ^ (hash >>> 16)) & 1) === 0;
}
