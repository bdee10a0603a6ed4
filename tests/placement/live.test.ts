/** Placements measured anew, so that what is committed cannot rot. */
import { describe, expect } from 'vitest';
import { noNodeTests } from '../support/onnx-node-tests.ts';
import { noSharedData } from '../support/shared-data.ts';
import { itUnless, type Reason } from '../support/skip.ts';
import { type Case, corpus } from './corpus.ts';
import { measure } from './measure.ts';
import { noBrowser } from './no-browser.ts';
import { runtimes } from './runtimes.ts';
import { readTruth } from './truth.ts';

const absent: Reason = noSharedData || (noNodeTests && 'the node tests are absent');
/** Of how many cases one is measured. */
const every: Readonly<Record<string, number>> = { cpu: 5, webgpu: 30, webnn: 30 };

function* sample(step: number): Generator<Case> {
  let at = 0;
  for (const one of corpus()) if (at++ % step === 0) yield one;
}

describe('where nodes go', () => {
  for (const runtime of runtimes) {
    // SwiftShader and its Vulkan loader come with the browser.
    const reason = absent || (runtime.provider !== 'cpu' && noBrowser);
    itUnless(reason)(
      `is still what was measured on ${runtime.name}`,
      async () => {
        const { cases } = readTruth(runtime.id);
        const measured = await measure(runtime, sample(every[runtime.provider]!));
        const known = Object.fromEntries(Object.keys(measured).map((name) => [name, cases[name]]));
        expect(measured).toEqual(known);
      },
      90_000,
    );
  }
});
