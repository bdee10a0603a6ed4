/**
 * ONNX's own backend node tests through the engine: every element type, strings, scalars and empty
 * tensors are among them. What ONNX Runtime refuses, or computes otherwise than ONNX's reference,
 * is listed with its reason; anything else is a fault of the way there and back.
 */
import { toSelvedgeError } from '@selvedge/core/errors';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine, Tensors } from '@selvedge/infer/engine';
import { compareTensors } from '@selvedge/infer/golden';
import { expect, it } from 'vitest';
import { type NodeTest, nodeTests, noNodeTests } from '../support/onnx-node-tests.ts';

/** The reference computes in float64 or by another algorithm; ONNX's own runner allows as much. */
const tolerance = { absolute: 1e-3, relative: 1e-2 };

const expected: readonly { readonly reason: string; readonly outcome: RegExp }[] = [
  {
    reason: 'ONNX Runtime has no kernel for it on the CPU',
    outcome:
      /bad-model: .*(could not find an implementation|failed to find kernel|not a registered)/i,
  },
  {
    reason: 'its types are not among those that tensors have at the border',
    outcome: /bad-model: .*(unsupported data type|which no request can carry|none of its outputs)/i,
  },
  {
    reason: 'ONNX Runtime refuses an attribute or a shape that ONNX allows',
    outcome:
      /(bad-model|engine-failed): .*(Exception during initialization|Type Error|INVALID_GRAPH|attn_mask|W_Zero_Point|Load model)/i,
  },
  {
    reason: 'ONNX Runtime computes it otherwise than the reference',
    outcome:
      /^test_(attention_.*qk_matmul_bias|maxunpool_export|qlinearmatmul_2D_int8_float|resize_downsample_scales_.*_align_corners|training_dropout).*differs/,
  },
];

it('ONNX node tests give the outputs that ONNX publishes, or fail for a known reason', async ({
  skip,
}) => {
  if (noNodeTests) skip('onnx-node-tests.tar.gz is not among the shared data');
  const engine = createOrtEngine({ threads: 1 });
  const faults: string[] = [];
  let [passed, total] = [0, 0];
  for (const test of nodeTests()) {
    total += 1;
    const fault = await faultOf(engine, test);
    if (!fault) passed += 1;
    else if (!expected.some(({ outcome }) => outcome.test(fault))) faults.push(fault);
  }
  await engine.close();
  expect(faults).toEqual([]);
  expect(total).toBe(875);
  expect(passed).toBeGreaterThanOrEqual(742);
});

/** What is wrong with the engine's answers, or undefined. */
async function faultOf(
  engine: Engine,
  { name, model, sets }: NodeTest,
): Promise<string | undefined> {
  try {
    const session = await engine.load({ model, name });
    for (const { inputs, outputs } of sets) {
      const named = inputs.map(({ name, tensor }, at) => [
        name || session.inputs[at]?.name,
        tensor,
      ]);
      const result = await session.run(Object.fromEntries(named) as Tensors);
      for (const [at, golden] of outputs.entries()) {
        const output = golden.name || session.outputs[at]?.name || '';
        const actual = result.outputs[output];
        if (!golden.tensor || !actual) continue;
        const { ok, message } = compareTensors(actual, golden.tensor, tolerance);
        if (!ok) return `${name}: ${output} differs: ${message}`;
      }
    }
    await session.close();
    return undefined;
  } catch (caught) {
    const { code, message } = toSelvedgeError(caught);
    return `${name}: ${code}: ${message}`;
  }
}
