import { readModel } from '@selvedge/onnx';
import { expect, it } from 'vitest';
import {
  feedShapes,
  randomFeeds,
  runModel,
  sharedModels,
} from '../../../../tests/support/onnx-models.ts';
import { noSharedData } from '../../../../tests/support/shared-data.ts';
import { describeUnless } from '../../../../tests/support/skip.ts';
import { fixFor, verdictFor } from './index.ts';

/** Nodes that a target does not run. */
const refused = (target: string, model: Parameters<typeof verdictFor>[1]): number =>
  verdictFor(target, model).verdict.nodes.unsupported;

type Elements = ArrayLike<number | bigint | string | boolean>;

/** Largest difference of two lists; of what is no number, 1 where it differs. */
function furthest(a: unknown, b: unknown): number {
  const [left, right] = [a as Elements, b as Elements];
  let most = 0;
  for (let at = 0; at < left.length; at++) {
    if (typeof left[at] !== 'number') most = Math.max(most, left[at] === right[at] ? 0 : 1);
    else most = Math.max(most, Math.abs(Number(left[at]) - Number(right[at])));
  }
  return most;
}

describeUnless(noSharedData)('fixing real models', () => {
  const cases = sharedModels.flatMap(({ name, bytes }) =>
    ['browser-webgpu', 'browser-webnn', 'apple-m4'].map((target) => ({ name, bytes, target })),
  );

  it.each(cases)(
    '$name answers the same for $target, where no less of it runs',
    async ({ name, bytes, target }) => {
      const model = readModel(bytes(), { name });
      const { model: fixed, report } = fixFor([target], model);
      expect(refused(target, fixed)).toBeLessThanOrEqual(refused(target, model));
      if (report.skipped !== undefined) return expect(fixed).toBe(model);
      const feeds = randomFeeds(model, feedShapes[name]);
      const [before, after] = [await runModel(model, feeds), await runModel(fixed, feeds)];
      for (const [output, { data, dims }] of Object.entries(before)) {
        expect(after[output]!.dims).toEqual(dims);
        expect(furthest(data, after[output]!.data)).toBeLessThan(1e-5);
    }
      }
    },
  );
});
