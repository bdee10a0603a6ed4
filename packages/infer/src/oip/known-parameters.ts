import { fail } from '@selvedge/core/errors';
import { nearest } from '@selvedge/core/schema';
import { parameterNames } from './parameter-names.ts';
import type { OipParameters } from './tensors.ts';

const { labels, deadlineMs, minQuality, maxCost } = parameterNames;
const known: readonly string[] = [labels, deadlineMs, minQuality, maxCost];

/**
 * Refuses a request whose parameters look like Selvedge's own and are not, or stand outside
 * `parameters`: a privacy label that is misspelt and overlooked would let the data go anywhere.
 * Parameters of other servers pass.
 *
 * @param body the request's message, whose own keys are looked at too.
 * @throws SelvedgeError `bad-input`, naming the parameter that was meant.
 */
export function refuseUnknownParameters(
  parameters: OipParameters,
  body: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(body)) {
    if (meant(name) === undefined && !isOwn(name)) continue;
    fail('bad-input', `${name} stands beside "parameters"`, { hint: 'put it into "parameters"' });
  }
  for (const name of Object.keys(parameters)) {
    if (known.includes(name)) continue;
    const close = meant(name);
    if (close === undefined && !isOwn(name)) continue;
    fail('bad-input', `no parameter ${name}`, {
      hint: close === undefined ? `one of ${known.join(', ')}` : `did you mean "${close}"?`,
      details: { parameter: name },
    });
  }
}

const meant = (name: string): string | undefined => nearest(name, known);
const isOwn = (name: string): boolean => /^selvedge/i.test(name);
