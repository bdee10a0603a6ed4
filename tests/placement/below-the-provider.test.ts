/**
 * In Chromium a WebNN context of type `npu` succeeds on a machine that has none, and ONNX Runtime
 * says that all nodes are WebNN's. Only the time tells.
 */
import { expectationOn, looksLike, profileOf } from '@selvedge/core/device';
import { concat, countModel, graphBuilder, writeModel } from '@selvedge/onnx';
import { describe, expect } from 'vitest';
import { itUnless } from '../support/skip.ts';
import { noBrowser } from './no-browser.ts';
import { ortWebSessions } from './ort-web.ts';

/** Eight products of 512 × 512 matrices: a billion multiply-adds. */
function products(): ReturnType<ReturnType<typeof graphBuilder>['build']> {
  const size = 512;
  const g = graphBuilder('products', { opset: 21 });
  let value = g.input('x', 'float32', [size, size]);
  for (let layer = 0; layer < 8; layer += 1) {
    const weights = g.constant(`w${layer}`, [size, size], new Float32Array(size * size).fill(1e-3));
    value = g.node('MatMul', [value, weights]);
  }
  g.output(value, 'float32', [size, size]);
  return g.build();
}

describe('below the provider', () => {
  itUnless(noBrowser)(
    'the time of WebNN on an npu that is none gives it away',
    async () => {
      const model = products();
      const sessions = await ortWebSessions('webnn-npu', { buildsGraphs: true });
      const { log, runsMs = [] } = await sessions
        .open(concat(writeModel(model)), { level: 'basic', runs: 9 })
        .finally(() => sessions.close());
      expect(log).toContain('All nodes placed on [WebNNExecutionProvider]');

      const { workload } = countModel(model);
      const profile = profileOf('intel-lunar-lake');
      const [npu, cpu] = (['npu', 'cpu'] as const).map((kind) => {
        const unit = profile.units.find((one) => one.kind === kind)!;
        return expectationOn(unit, workload, profile, 'fp16');
      });
      const { verdict, reason } = looksLike(runsMs, npu!, cpu);
      expect(reason).toMatch(/^this does not look like npu \(openvino\): /);
      expect(verdict).toBe('unlike');
    },
    60_000,
  );
});
