import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { sharedModels } from '../../../../../tests/support/onnx-models.ts';
import { mnist, noSharedData } from '../../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../../tests/support/skip.ts';
import { exposeValues } from '../../graph/index.ts';
import { withoutListedInitializers } from '../../pass/constants.ts';
import { concat, type Model, readModel, writeModel } from '../../wire/index.ts';
import { quantizeDynamic } from '../dynamic.ts';
import { readLayer } from '../layer.ts';
import { MomentCollector, momentRequests } from '../moments/index.ts';
import { transposed } from '../weights.ts';
import { roundCompensated } from './compensate.ts';
import { outputErrors } from './output-error.fixture.ts';
import { quantizeWeights4 } from './quantize-weights4.ts';
import { roundPlain, roundSearched } from './round.ts';

describeUnless(noSharedData)('rounding that makes up for its errors', () => {
  const { inputs, labels } = mnist();
  const pixels = inputs.Input3!.data as Uint8Array;
  const image = (at: number) =>
    new Tensor(
      'float32',
      Float32Array.from(pixels.subarray(at * 784, at * 784 + 784)),
      [1, 1, 28, 28],
    );
  const file = sharedModels.find(({ name }) => name === 'mnist-8.onnx');
  const model = () => readModel(file!.bytes(), { name: file!.name });
  const open = (of: Model) =>
    InferenceSession.create(concat(writeModel(of)), { intraOpNumThreads: 1, logSeverityLevel: 4 });

  /** Moments over the first 100 test images, whose labels nobody looks at. */
  async function collect() {
    const requests = momentRequests(model(), { minWeights: 100 });
    const collector = new MomentCollector(requests);
    const session = await open(
      exposeValues(
        model(),
        requests.flatMap(({ value }) => (value === 'Input3' ? [] : value)),
      ),
    );
    for (let at = 0; at < 100; at++) {
      const Input3 = image(at);
      const values = { Input3, ...(await session.run({ Input3 })) };
      for (const [name, tensor] of Object.entries(values))
        collector.add(name, tensor.data as Float32Array, tensor.dims);
    }
    await session.release();
    return collector.moments();
  }

  it('beats nearest and searched rounding in the output error of real layers', async () => {
    const moments = await collect();
    const { graph } = withoutListedInitializers(model());
    let layers = 0;
    const scope = { graph };
    for (const node of graph.node) {
      const layer = readLayer(node, scope, { minWeights: 100, keepNodes: [] });
      if (layer === undefined || typeof layer === 'string') continue;
      const seen = moments.get(node.name!)!;
      const rows =
        layer.kind === 'Conv'
          ? layer.weights()
          : transposed(layer.weights(), layer.dims[0]!, layer.dims[1]!);
      for (const symmetric of [true, false]) {
        const format = { size: 32, symmetric, signed: false };
        const [plain, searched, compensated] = [
          roundPlain(rows, seen.size, format),
          roundSearched(rows, seen.size, format, seen.diagonal),
          roundCompensated(rows, seen.size, format, seen),
        ].map((blocks) => outputErrors(rows, blocks, seen).reduce((sum, error) => sum + error, 0));
        expect(compensated).toBeLessThan(0.5 * plain!);
        expect(compensated).toBeLessThan(0.5 * searched!);
      }
      layers++;
    }
    expect(layers).toBe(3);
  });

  it('keeps MNIST within 0.005 of its accuracy of 0.9891, in a smaller file than int8', async () => {
    const { model: quantized } = quantizeWeights4(model(), { moments: await collect() });
    const bytes = (of: Model) => concat(writeModel(of)).length;
    expect(bytes(quantized)).toBeLessThan(0.75 * bytes(quantizeDynamic(model()).model));
    const session = await open(quantized);
    let right = 0;
    for (const [at, label] of Array.from(labels as Uint8Array).entries()) {
      const { Plus214_Output_0 } = await session.run({ Input3: image(at) });
      const scores = Array.from(Plus214_Output_0!.data as Float32Array);
      if (scores.indexOf(Math.max(...scores)) === label) right++;
    }
    await session.release();
    expect(right / 10_000).toBeGreaterThanOrEqual(0.9861);
  });
});
