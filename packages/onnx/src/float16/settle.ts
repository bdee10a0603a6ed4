import { opsetVersion } from '../graph/walk.ts';
import { withoutListedInitializers } from '../pass/constants.ts';
import { repeatedInitializer } from '../pass/repeated-initializer.ts';
import { settleWeights } from '../pass/settle-weights.ts';
import type { Model } from '../wire/model.ts';

/** A model in the form that the conversion plans and works on; or why it cannot be converted. */
export function settleFloat16(model: Model): Model | { readonly reason: string } {
  const opset = opsetVersion(model);
  if (opset === undefined) return { reason: 'it has no operators of the default domain' };
  if (opset < 7) return { reason: `opset ${opset}: the pass knows operators from opset 7 on` };
  const reason = repeatedInitializer(model);
  if (reason) return { reason };
  return settleWeights(withoutListedInitializers(model), { mayGrow: false });
}
