import { foldBatchNorm, removeIdentities } from '../../fold/index.ts';
import { opsetVersion } from '../../graph/walk.ts';
import { raiseTo13 } from '../../opset/raise-to-13.ts';
import { withoutListedInitializers } from '../../pass/constants.ts';
import { repeatedInitializer } from '../../pass/repeated-initializer.ts';
import type { Model } from '../../wire/model.ts';
import { matmulBias } from './matmul-bias.ts';

/**
 * The model in the form that static quantisation works on: opset 13 or later; nothing between a
 * layer and what belongs to it, normalisations and biases inside the layers. It computes the same
 * but for float rounding. Calibrate on this one: its values are those that are quantised. Preparing
 * it again changes nothing.
 *
 * @returns the model, or why it cannot be quantised.
 */
export function prepareStatic(model: Model): Model | { readonly reason: string } {
  const known = prepared.get(model);
  if (known) return known;
  const made = prepare(model);
  prepared.set(model, made);
  if (!('reason' in made)) prepared.set(made, made);
  return made;
}

/** Models do not change: what a calibration prepared, the quantiser need not prepare again. */
const prepared = new WeakMap<Model, ReturnType<typeof prepare>>();

function prepare(model: Model): Model | { readonly reason: string } {
  const repeated = repeatedInitializer(model);
  if (repeated) return { reason: repeated };
  if (opsetVersion(model) === undefined)
    return { reason: 'it has no operators of the default domain' };
  const raised = raiseTo13(withoutListedInitializers(model));
  if ('reason' in raised) return raised;
  // Constants are not folded: index tables that exporters compute would be stored, in twice the bytes.
  return matmulBias(foldBatchNorm(removeIdentities(raised).model).model);
}
