import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeModel, makeNode, makeValueInfo } from '../../packages/onnx/src/build/index.ts';
import { concat, make, writeModel } from '../../packages/onnx/src/wire/index.ts';

export interface BigModel {
  /** Weights are layers × side² float32: a layer of side 4096 has 64 MiB. */
  readonly layers: number;
  readonly side: number;
}

/**
 * Writes a chain of products whose weights stand in one file beside it, `weights.bin`, every byte
 * of which is real: no holes, and no two layers alike. Only one layer is in memory at a time.
 */
export function writeBigModel(path: string, { layers, side }: BigModel): void {
  const bytes = 4 * side * side;
  const data = openSync(join(dirname(path), 'weights.bin'), 'w');
  const weights = new Float32Array(side * side);
  for (let layer = 0; layer < layers; layer++) {
    fill(weights, layer + 1);
    const piece = new Uint8Array(weights.buffer);
    for (let at = 0; at < bytes; ) at += writeSync(data, piece, at);
  }
  closeSync(data);
  const entry = (key: string, value: string) => make('StringStringEntryProto', { key, value });
  const initializer = Array.from({ length: layers }, (_, layer) =>
    make('TensorProto', {
      name: `w${layer}`,
      dims: [side, side],
      dataType: 1,
      dataLocation: 1,
      externalData: [
        entry('location', 'weights.bin'),
        entry('offset', String(layer * bytes)),
        entry('length', String(bytes)),
      ],
    }),
  );
  const node = Array.from({ length: layers }, (_, layer) =>
    makeNode(
      'MatMul',
      [layer === 0 ? 'x' : `y${layer - 1}`, `w${layer}`],
      [`y${layer}`],
      {},
      {
        name: `product_${layer}`,
      },
    ),
  );
  const graph = make('GraphProto', {
    name: 'big',
    node,
    initializer,
    input: [makeValueInfo('x', 'float32', [1, side])],
    output: [makeValueInfo(`y${layers - 1}`, 'float32', [1, side])],
  });
  writeFileSync(path, concat(writeModel(makeModel(graph, { opset: 17, irVersion: 8 }))));
}

/** Uniform weights that keep the size of what they multiply: variance 1 / side. */
function fill(weights: Float32Array, seed: number): void {
  const scale = Math.sqrt(3 / Math.sqrt(weights.length)) / 2 ** 31;
  let state = Math.imul(seed, 2654435761) | 1;
  for (let at = 0; at < weights.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weights[at] = state * scale;
  }
}
