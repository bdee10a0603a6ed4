import { describe, expect, it } from 'vitest';
import { graphBuilder } from '../build/index.ts';
import { toFloat16 } from '../float16/index.ts';
import { quantizeDynamic, quantizeWeights4 } from '../quantize/index.ts';
import { concat, edit, type Model, make, readModel, writeModel } from '../wire/index.ts';
import { withoutTraces } from './without-traces.ts';

const note = (key: string, value: string) => make('StringStringEntryProto', { key, value });
const trace = note(
  'pkg.torch.onnx.stack_trace',
  'File "/home/somebody/model.py", line 7, in forward',
);
const own = note('author', 'says this');

/** A product whose node, value and graph carry what an exporter and an author noted. */
function traced(): Model {
  const g = graphBuilder('traced', { opset: 18 });
  const weights = Float32Array.from({ length: 4096 }, (_, at) => Math.sin(at));
  const product = g.node('MatMul', [
    g.input('x', 'float32', [1, 64]),
    g.constant('w', [64, 64], weights),
  ]);
  g.output(g.node('Relu', [product], {}, 'y'), 'float32');
  const built = g.build();
  const metadataProps = [trace, own];
  const docString = 'File "/home/somebody/layers.py", line 3';
  const node = built.graph.node.map((one) => edit(one, { metadataProps, docString }));
  const valueInfo = [make('ValueInfoProto', { name: product, metadataProps })];
  return edit(built, { graph: edit(built.graph, { node, valueInfo, metadataProps }) });
}

const textOf = (model: Model) => new TextDecoder('latin1').decode(concat(writeModel(model)));

describe('a model without traces', () => {
  it('tells no paths of who exported it, and still what its author noted', () => {
    const text = textOf(withoutTraces(traced()));
    expect(text).not.toContain('somebody');
    expect(text.split('says this')).toHaveLength(5);
  });

  it('is the model itself where there are none', () => {
    const plain = readModel(concat(writeModel(withoutTraces(traced()))));
    expect(withoutTraces(plain)).toBe(plain);
  });

  it.each([
    ['fp16', toFloat16],
    ['int8-dynamic', quantizeDynamic],
    ['int4', quantizeWeights4],
  ])('is what %s makes', (_, convert) => {
    const { model, report } = convert(traced());
    expect(report.changed.length).toBeGreaterThan(0);
    expect(textOf(model)).not.toContain('somebody');
  });
});
