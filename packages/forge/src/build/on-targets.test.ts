import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import { describe, expect, it } from 'vitest';
import { isIfConverted } from '../report/index.ts';
import { judgeOnTargets } from './on-targets.ts';
import { countWorkload } from './workload.ts';

/** A convolution whose operators every accelerator takes. */
function network() {
  const g = graphBuilder('network', { opset: 18 });
  const x = g.input('x', 'float32', [1, 3, 16, 16]);
  const w = g.constant('w', [8, 3, 3, 3], new Float32Array(216).fill(0.1));
  g.output(g.node('Conv', [x, w], { kernel_shape: [3, 3] }, 'y'), 'float32', [1, 8, 14, 14]);
  return g.build();
}

describe('what targets make of a variant', () => {
  const judged = async (precision: string) => {
    const model = network();
    const workload = await countWorkload({ bytes: concat(writeModel(model)) }, 'network');
    const targets = ['snapdragon-8-gen3', 'cpu-x64'];
    return judgeOnTargets(model, targets, { precision, engine: 'onnxruntime', workload });
  };

  it('says which unit the estimate is for', async () => {
    expect((await judged('fp16')).fallbacks?.map((one) => one.estimatedOn)).toEqual(['npu', 'cpu']);
  });

  it('is told apart where the accelerator lacks the precision alone', async () => {
    const [phone, desktop] = (await judged('fp32')).fallbacks ?? [];
    expect(phone).toMatchObject({ verdict: 'full', estimatedOn: 'cpu' });
    expect(phone && isIfConverted(phone)).toBe(true);
    expect(desktop && isIfConverted(desktop)).toBe(false);
  });
});
