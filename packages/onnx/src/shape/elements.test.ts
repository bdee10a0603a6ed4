import { describe, expect, it } from 'vitest';
import { type GraphBuilder, graphBuilder } from '../build/index.ts';
import { inferValues } from './infer.ts';

/** The elements that are known of a value. */
function elementsOf(make: (g: GraphBuilder) => string): readonly number[] | undefined {
  const g = graphBuilder('constants', { opset: 18 });
  g.output(g.node('Identity', [make(g)], {}, 'y'), 'int64');
  const model = g.build();
  return inferValues(model).of(model.graph, 'y').constant;
}

const whole = (g: GraphBuilder, name: string, ...values: bigint[]) =>
  g.constant(name, [values.length], BigInt64Array.from(values));
const real = (g: GraphBuilder, name: string, value: number) =>
  g.constant(name, [1], Float32Array.of(value));

describe('integers beyond 2^53', () => {
  const [odd, even] = [2n ** 53n + 1n, 2n ** 53n];
  const two = (op: string) => (g: GraphBuilder) =>
    g.node(op, [whole(g, 'a', odd), whole(g, 'b', even)]);

  it.each(['Add', 'Sub', 'Div', 'Mod', 'Equal', 'Less', 'Max'])('are not computed by %s', (op) => {
    expect(elementsOf(two(op))).toBeUndefined();
  });

  it('do not come of a product, which another number would round to', () => {
    const product = (g: GraphBuilder) =>
      g.node('Mul', [whole(g, 'a', 2n ** 27n + 1n), whole(g, 'b', 2n ** 27n + 1n)]);
    expect(elementsOf(product)).toBeUndefined();
  });

  it('are larger than every other', () => {
    const less = (g: GraphBuilder) => g.node('Less', [whole(g, 'a', 7n), whole(g, 'b', odd)]);
    expect(elementsOf(less)).toEqual([1]);
  });

  it('end a slice', () => {
    const slice = (g: GraphBuilder) =>
      g.node('Slice', [
        whole(g, 'x', 1n, 2n, 3n),
        whole(g, 'from', 1n),
        whole(g, 'to', 2n ** 63n - 1n),
      ]);
    expect(elementsOf(slice)).toEqual([2, 3]);
    const reversed = (g: GraphBuilder) =>
      g.node('Slice', [
        whole(g, 'x', 1n, 2n, 3n),
        whole(g, 'from', -1n),
        whole(g, 'to', -(2n ** 63n)),
        whole(g, 'axes', 0n),
        whole(g, 'steps', -1n),
      ]);
    expect(elementsOf(reversed)).toEqual([3, 2, 1]);
    const strided = (g: GraphBuilder) =>
      g.node('Slice', [
        whole(g, 'x', 1n, 2n, 3n),
        whole(g, 'from', 0n),
        whole(g, 'to', 3n),
        whole(g, 'axes', 0n),
        whole(g, 'steps', odd),
      ]);
    expect(elementsOf(strided)).toEqual([1]);
  });
});

describe('zeros', () => {
  it.each(['Sign', 'Relu'])('below 0 are not known of %s: engines give either', (op) => {
    expect(elementsOf((g) => g.node(op, [real(g, 'x', -0)]))).toBeUndefined();
    expect(elementsOf((g) => g.node(op, [real(g, 'x', 0)]))).toEqual([0]);
  });

  it.each(['Max', 'Min'])('of two signs are not known of %s', (op) => {
    const of = (a: number, b: number) => (g: GraphBuilder) =>
      g.node(op, [real(g, 'a', a), real(g, 'b', b)]);
    expect(elementsOf(of(-0, 0))).toBeUndefined();
    expect(elementsOf(of(0, -0))).toBeUndefined();
    expect(elementsOf(of(-0, -0))).toEqual([-0]);
  });

  it('are one of integers', () => {
    const cast = (g: GraphBuilder) =>
      g.node('Cast', [g.node('Neg', [whole(g, 'a', 0n)])], { to: 1 });
    expect(elementsOf(cast)).toEqual([0]);
  });
});
