import { isSelvedgeError } from '@selvedge/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedModels } from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { itUnless } from '../../../../tests/support/skip.ts';
import { graphBuilder } from '../build/index.ts';
import { clusterWeights, pruneWeights } from '../compress/index.ts';
import { countModel } from '../cost/index.ts';
import { toFloat16 } from '../float16/index.ts';
import {
  fixDimensions,
  foldBatchNorm,
  foldConstants,
  freeDimensions,
  inlineBranches,
  removeIdentities,
} from '../fold/index.ts';
import { inspectModel } from '../graph/index.ts';
import {
  observableValues,
  quantizeDynamic,
  quantizeStatic,
  quantizeWeights4,
} from '../quantize/index.ts';
import { concat, readModel, writeModel } from '../wire/index.ts';

/** What reading a model and every pass over it may do with damaged bytes: work, or refuse them. */
function endure(bytes: Uint8Array): 'worked' | 'refused' {
  try {
    const model = readModel(bytes);
    inspectModel(model);
    countModel(model);
    writeModel(toFloat16(model).model);
    writeModel(quantizeDynamic(model).model);
    const ranges = observableValues(model).map((name) => [name, { min: -1, max: 2 }] as const);
    writeModel(quantizeStatic(model, new Map(ranges)).model);
    writeModel(quantizeWeights4(model).model);
    writeModel(quantizeWeights4(model, { form: 'qdq' }).model);
    writeModel(clusterWeights(model, { clusters: 16 }).model);
    writeModel(pruneWeights(model).model);
    for (const pass of [foldConstants, foldBatchNorm, removeIdentities, inlineBranches])
      writeModel(pass(model).model);
    const free = freeDimensions(model).map(({ name }) => [name, 2] as const);
    writeModel(fixDimensions(model, Object.fromEntries(free)).model);
    return 'worked';
  } catch (error) {
    if (!isSelvedgeError(error) || error.code !== 'bad-model') throw error;
    return 'refused';
  }
}

function seed(): Uint8Array {
  const g = graphBuilder('seed', { opset: 9 });
  const x = g.input('x', 'float32', ['n', 4, 6, 6]);
  const w = g.constant('w', [8, 4, 3, 3], new Float32Array(288).fill(0.5));
  const c = g.node('Clip', [g.node('Conv', [x, w], { pads: [1, 1, 1, 1] })], { min: 0.5 });
  const s = g.node('Slice', [c], { starts: [0], ends: [4], axes: [1] });
  const shape = g.node(
    'Concat',
    [g.node('Shape', [x]), g.constant('k', [1], BigInt64Array.of(-1n))],
    { axis: 0 },
  );
  const part = g.node('Gather', [shape, g.constant('i', [2], BigInt64Array.of(0n, -1n))]);
  const flat = g.node('Reshape', [s, part]);
  g.output(
    g.node('Gemm', [flat, g.constant('f', [144, 8], new Float32Array(1152))], {}, 'y'),
    'float32',
    ['n', 8],
  );
  return concat(writeModel(g.build()));
}

const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 4,
});
const damaged = (bytes: Uint8Array, edits: [number, number][]): Uint8Array => {
  const copy = bytes.slice();
  for (const [at, byte] of edits) copy[at % copy.length] = byte;
  return copy;
};

describe('damaged models', () => {
  it('are worked on or refused, never worse', () => {
    const whole = seed();
    const outcomes = new Set<string>();
    // Damage the structure, not the weights: they are most of the bytes.
    const structure = whole.length - 288 * 4 - 1152 * 4;
    fc.assert(
      fc.property(damage, (edits) => {
        const places = edits.map(([at, byte]): [number, number] => [at % structure, byte]);
        outcomes.add(endure(damaged(whole, places)));
      }),
      { numRuns: 1500 },
    );
    expect(outcomes).toEqual(new Set(['worked', 'refused']));
  });

  itUnless(noSharedData)('are, among the shared ones too', () => {
    const small = sharedModels
      .filter(({ name }) => /mnist|lgbm|xgboost|espcn/.test(name))
      .map(({ bytes }) => bytes());
    fc.assert(
      fc.property(fc.constantFrom(...small), damage, (bytes, edits) => {
        endure(damaged(bytes, edits));
      }),
      { numRuns: 150 },
    );
  });
});
