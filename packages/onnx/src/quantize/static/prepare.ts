import { opsetVersion } from '../../graph/walk.ts';
import { raiseTo13 } from '../../opset/raise-to-13.ts';
import { withoutListedInitializers } from '../../pass/constants.ts';
import { repeatedInitializer } from '../../pass/repeated-initializer.ts';
import type { Model } from '../../wire/model.ts';
import { foldBias } from './fold-bias.ts';

/**
 * The model in the form that static quantisation works on: opset 13 or later, biases where the
 * layers take them. It computes the same; calibrate on this one, since its values are the ones that
 * are quantised. Preparing it again changes nothing.
 *
 * @returns the model, or why it cannot be quantised.
 */
export function prepareStatic(model: Model): Model | { readonly reason: string } {
  const repeated = repeatedInitializer(model);
  if (repeated) return { reason: repeated };
  if (opsetVersion(model) === undefined)
    return { reason: 'it has no operators of the default domain' };
  const raised = raiseTo13(withoutListedInitializers(model));
  return 'reason' in raised ? raised : foldBias(raised);
}
