import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Session, Tensors } from '@selvedge/infer/engine';
import { concat, type GraphBuilder, graphBuilder, writeModel } from '@selvedge/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { makeRunner } from './runner.ts';

const engine = createOrtEngine({ threads: 1 });
afterAll(() => engine.close());

async function loaded(fill: (g: GraphBuilder) => void): Promise<Session> {
  const g = graphBuilder('batches', { opset: 17, irVersion: 8 });
  fill(g);
  return engine.load({ model: concat(writeModel(g.build())) });
}

const rows = (count: number): Tensors[] =>
  Array.from({ length: count }, (_, at) => ({
    x: { type: 'float32', shape: [1, 3], data: Float32Array.of(at, at * at, -at) },
  }));

/** Counts runs, and remembers whether they were stacked. */
function watched(session: Session): Session & { batches: number[] } {
  const batches: number[] = [];
  return {
    batches,
    inputs: session.inputs,
    outputs: session.outputs,
    run: (inputs, options) => {
      batches.push(inputs.x?.shape[0] ?? 0);
      return session.run(inputs, options);
    },
    close: () => session.close(),
  };
}

const alone = async (session: Session, samples: readonly Tensors[]): Promise<Tensors[]> => {
  const answers: Tensors[] = [];
  for (const sample of samples) answers.push((await session.run(sample)).outputs);
  return answers;
};

describe('running samples', () => {
  it('stacks them where the answers stay the same', async () => {
    const session = watched(
      await loaded((g) => {
        g.input('x', 'float32', ['n', 3]);
        g.output(g.node('Softmax', ['x'], { axis: 1 }, 'y'), 'float32', ['n', 3]);
      }),
    );
    const answers = await makeRunner(session, undefined, false)(rows(20), 0);
    expect(session.batches).toEqual([1, 1, 1, 1, 4, 20]);
    expect(answers).toEqual(await alone(session, rows(20)));
  });

  it('does not where the first dimension is no batch: neighbours would change the answers', async () => {
    const session = watched(
      await loaded((g) => {
        g.input('x', 'float32', ['time', 3]);
        g.output(g.node('Softmax', ['x'], { axis: 0 }, 'y'), 'float32', ['time', 3]);
      }),
    );
    const answers = await makeRunner(session, undefined, false)(rows(9), 0);
    expect(session.batches.slice(5)).toEqual(Array(9).fill(1));
    expect(answers).toEqual(await alone(session, rows(9)));
  });

  it('does not where an output sums over the batch', async () => {
    const session = await loaded((g) => {
      g.input('x', 'float32', ['n', 3]);
      g.constant('axis', [1], BigInt64Array.of(0n));
      g.output(g.node('ReduceSum', ['x', 'axis'], { keepdims: 1 }, 'y'), 'float32', ['m', 3]);
    });
    expect(await makeRunner(session, undefined, false)(rows(6), 0)).toEqual(
      await alone(session, rows(6)),
    );
  });

  it('does not where the precision couples what is in a batch', async () => {
    const session = watched(
      await loaded((g) => {
        g.input('x', 'float32', ['n', 3]);
        g.output(g.node('Relu', ['x'], {}, 'y'), 'float32', ['n', 3]);
      }),
    );
    await makeRunner(session, undefined, true)(rows(3), 0);
    expect(session.batches).toEqual([1, 1, 1]);
  });
});
