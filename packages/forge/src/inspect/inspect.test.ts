import { catalogue } from '@selvedge/core/device';
import { expect, it } from 'vitest';
import { modelFile, noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { inspect } from './index.ts';

describeUnless(noSharedData)('inspecting a model', () => {
  it('counts operators, parameters and multiply-accumulates', async () => {
    const found = await inspect(modelFile('mnist-8.onnx'));
    expect(found.model).toMatchObject({ nodes: 12, parameters: 5998, opset: 8 });
    expect(found.ops).toMatchObject({ Conv: 2, MaxPool: 2, MatMul: 1 });
    // 8·28²·25 + 16·14²·(8·25) + 256·10
    expect(found.macs).toBe(156_800 + 627_200 + 2_560);
    expect(found.inputs).toEqual([{ name: 'Input3', type: 'float32', shape: [1, 1, 28, 28] }]);
    expect(found.outputs).toEqual([{ name: 'Plus214_Output_0', type: 'float32', shape: [1, 10] }]);
    expect(found.targets).toEqual([]);
  });

  it('runs a model whose graph does not tell what a run costs, and says for which inputs', async () => {
    const { workload, tried } = await inspect(modelFile('silero-vad-v6.2.onnx'));
    expect(tried).toMatchObject({ state: [2, 1, 128], sr: [] });
    expect(workload.uncounted).toBeUndefined();
    expect(workload.macs).toBeGreaterThan(200_000);
    expect((await inspect(modelFile('mnist-8.onnx'))).tried).toBeUndefined();
  });

  it('names outputs that are no tensors by their type', async () => {
    const { inputs, outputs } = await inspect(modelFile('xgboost-regressor.onnx'));
    expect([...inputs, ...outputs].every(({ type }) => type.length > 0)).toBe(true);
  });

  it('says of every target what falls back there', async () => {
    const { targets } = await inspect(modelFile('mnist-8.onnx'), ['cpu-x64', 'browser-webnn']);
    expect(targets).toMatchObject([
      {
        target: 'cpu-x64',
        provider: 'cpu',
        verdict: 'full',
        nodes: { supported: 12, unsupported: 0, unknown: 0 },
        fallbackShare: 0,
      },
      { target: 'browser-webnn', provider: 'webnn', verdict: 'full', partitions: 1 },
    ]);
  });

  it('knows all targets', async () => {
    const { targets } = await inspect(modelFile('mnist-8.onnx'), ['all']);
    expect(targets.map(({ target }) => target)).toEqual(catalogue.map(({ id }) => id));
    expect(targets.filter(({ reason }) => reason === '')).toEqual([]);
  });

  it('tells where a processor does not run the precision', async () => {
    const [found] = (await inspect(modelFile('mnist-8.onnx'), ['flagship-2026'])).targets;
    expect(found!.reason).toContain('does not run fp32');
  });

  it('refuses a target that the catalogue lacks', async () => {
    await expect(inspect(modelFile('mnist-8.onnx'), ['nokia-3310'])).rejects.toThrow('nokia-3310');
    await expect(inspect(modelFile('mnist-8.onnx'), ['browser-webgup'])).rejects.toMatchObject({
      hint: 'did you mean "browser-webgpu"?',
    });
  });
});
