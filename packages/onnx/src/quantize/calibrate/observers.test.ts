import type { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { randomFeeds, runModel } from '../../../../../tests/support/onnx-models.ts';
import { graphBuilder } from '../../build/index.ts';
import { exposeValues } from '../../graph/index.ts';
import type { Model } from '../../wire/index.ts';
import { MomentCollector, type MomentRequest, momentRequests } from '../moments/index.ts';
import { ChannelMeanCollector } from './channel-means.ts';
import { Histogram } from './histogram.ts';
import { addObservers } from './observers.ts';
import { RangeCollector } from './range-collector.ts';

const wave = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7));

/** A value of 147,456 elements that a convolution reads, and a matrix product behind it. */
function network(opset: number): Model {
  const g = graphBuilder('network', { opset });
  const x = g.input('x', 'float32', [1, 4, 192, 192]);
  const large = g.node('Tanh', [x], {}, 'large');
  const w = g.constant('w', [5, 4, 3, 3], wave(180));
  const c = g.node('Conv', [large, w], { strides: [2, 2], pads: [1, 0, 1, 2] }, 'c');
  const small = g.node('GlobalAveragePool', [c]);
  const flat = g.node('Flatten', [small], {}, 'flat');
  g.output(g.node('MatMul', [flat, g.constant('v', [5, 3], wave(15))], {}, 'y'), 'float32');
  return g.build();
}

const floats = (tensor: Tensor | undefined) => tensor!.data as Float32Array;

describe('observers', () => {
  it.each([17, 18])(
    'tell of a large value what the whole of it would (opset %i)',
    async (opset) => {
      const model = network(opset);
      const means = [{ value: 'large', axis: 1 }];
      const observed = addObservers(model, {
        values: ['large', 'flat'],
        means,
        moments: [],
        rows: () => 1,
      });
      const feeds = randomFeeds(model);
      const seen = await runModel(observed.model, feeds);
      const whole = (await runModel(exposeValues(model, ['large'])!, feeds)).large!;
      const [large, flat] = observed.values;
      expect(flat).toEqual({ value: 'flat', elements: 'flat' });
      const direct = new Histogram();
      direct.add(floats(whole));
      const given = new Histogram();
      const { ends, elements, mean } = large!;
      given.add(floats(seen[elements!]), {
        min: floats(seen[ends!.min])[0]!,
        max: floats(seen[ends!.max])[0]!,
      });
      expect(floats(seen[elements!]).length).toBeLessThan(whole.data.length / 2);
      expect([given.min, given.max, given.count]).toEqual([direct.min, direct.max, direct.count]);
      expect([...given.bins()]).toEqual([...direct.bins()]);
      const collector = new ChannelMeanCollector(means);
      collector.add('large', floats(whole), whole.dims);
      const expected = collector.means().get('large')!;
      for (const [at, value] of floats(seen[mean!]).entries())
        expect(value).toBeCloseTo(expected[at]!, 5);
    },
  );

  it('tell the ends alone where no element is wanted', async () => {
    const model = network(17);
    const observed = addObservers(model, {
      values: ['large', 'flat'],
      means: [],
      moments: [],
      rows: () => 1,
      elements: 0,
    });
    const seen = await runModel(observed.model, randomFeeds(model));
    const [large, flat] = observed.values;
    expect(flat).toEqual({ value: 'flat', elements: 'flat' });
    expect(large!.elements).toBeUndefined();
    const collector = new RangeCollector(['large'], { endsOnly: true });
    const { min, max } = large!.ends!;
    const ends = { min: floats(seen[min])[0]!, max: floats(seen[max])[0]! };
    collector.observe('large', [], ends);
    expect(ends.min).toBeLessThan(0);
    expect([...collector.ranges()]).toEqual([['large', ends]]);
  });

  it.each([1, 4, 6, 9, 24])('lay out about %i rows of an image', async (wanted) => {
    const model = network(17);
    const moments = momentRequests(model, { minWeights: 1 }).filter(({ window }) => window);
    const rows = () => wanted;
    const observed = addObservers(model, { values: [], means: [], moments, rows });
    const seen = await runModel(observed.model, randomFeeds(model));
    const [, count] = seen[observed.rows[0]!.output]!.dims;
    expect(count).toBeGreaterThanOrEqual(wanted);
    expect(count).toBeLessThanOrEqual(wanted * 1.25);
  });

  it('lay out rows of a layer’s input as its weights meet them', async () => {
    const model = network(17);
    const moments = momentRequests(model, { minWeights: 1 });
    const rows = (request: MomentRequest) => (request.window ? 96 * 96 * 2 : 1);
    const observed = addObservers(model, { values: [], means: [], moments, rows });
    const feeds = randomFeeds(model);
    const seen = await runModel(observed.model, feeds);
    const plain = await runModel(exposeValues(model, ['large', 'flat']), feeds);
    const all = { rowsPerTensor: Number.POSITIVE_INFINITY };
    const direct = new MomentCollector(moments, all);
    for (const { value } of moments) direct.add(value, floats(plain[value]), plain[value]!.dims);
    const requests = observed.rows.map(({ request }) => request);
    const given = new MomentCollector(requests, all);
    for (const { output, request } of observed.rows)
      given.add(request.value, floats(seen[output]), seen[output]!.dims);
    for (const [layer, { size, rows: count, full }] of direct.moments()) {
      const found = given.moments().get(layer)!;
      expect([found.size, found.rows]).toEqual([size, count]);
      for (const [at, value] of full!.entries()) expect(found.full![at]).toBeCloseTo(value, 5);
    }
  });
});
