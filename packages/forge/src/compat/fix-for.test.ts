import { type Model, readModel } from '@selvedge/onnx';
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
const refused = (target: string, model: Model): number =>
  verdictFor(target, model).verdict.nodes.unsupported;

type Elements = ArrayLike<number | bigint | string | boolean>;

/** Largest difference of two lists; of what is no number, 1 where it differs. */
function furthest(left: Elements, right: Elements): number {
  let most = 0;
  for (let at = 0; at < left.length; at++) {
    const [a, b] = [left[at], right[at]];
    const apart = typeof a === 'number' ? Math.abs(a - Number(b)) : Number(a !== b);
    most = Math.max(most, apart);
  }
  return most;
}

describeUnless(noSharedData)('fixing real models', () => {
  const cases = sharedModels.flatMap(({ name, bytes }) =>
    ['browser-webgpu', 'browser-webnn'].map((target) => ({ name, bytes, target })),
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
        expect(furthest(data as Elements, after[output]!.data as Elements)).toBeLessThan(1e-5);
      }
    },
  );
});
