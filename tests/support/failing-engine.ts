/** An engine whose runs fail when the test says so. */
import { SelvedgeError } from '@selvedge/core/errors';
import type { Engine } from '@selvedge/infer/engine';

export interface FailingEngine {
  readonly engine: Engine;
  fails: boolean;
}

export function failingEngine(inner: Engine): FailingEngine {
  const failing: FailingEngine = {
    fails: false,
    engine: {
      ...inner,
      name: inner.name,
      async load(model) {
        const session = await inner.load(model);
        return {
          inputs: session.inputs,
          outputs: session.outputs,
          close: () => session.close(),
          run: async (inputs, options) => {
            if (failing.fails)
              throw new SelvedgeError('engine-failed', 'the engine is made to fail');
            return session.run(inputs, options);
          },
        };
      },
    },
  };
  return failing;
}
