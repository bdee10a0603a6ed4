import { chipOf } from '@selvedge/core/device';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import { formatBytes } from '@selvedge/core/units';

/**
 * On a device it is the device that fails, and trying again may help. Here the model was asked about
 * for a target that does not take it: that is bad input, with what the target takes.
 *
 * @throws SelvedgeError `bad-input`; whatever was caught where it is something else
 */
export function rethrowMisfit(caught: unknown, file: string, target: string): never {
  if (!isSelvedgeError(caught)) throw caught;
  const { code, details } = caught;
  const { needed, room, precision } = details;
  if (code === 'out-of-memory' && typeof room === 'number' && typeof needed === 'number') {
    return fail(
      'bad-input',
      `${file}: it takes ${formatBytes(needed)} of memory, ${target} has ${formatBytes(room)} for it (selvedge targets ${target})`,
      { hint: caught.hint, details: { file, target, needed, room } },
    );
  }
  if (code === 'engine-failed' && typeof precision === 'string') {
    const taken = precisionsOf(target);
    return fail(
      'bad-input',
      `${file}: it computes in ${precision}, ${target} in ${taken.join(' and ')}`,
      {
        hint: `build the model in ${taken[0]} (selvedge build MODEL --precision ${taken[0]}${taken[0] === 'int8' ? ' --calibration DIR' : ''} --target ${target} --out DIR) and emulate that variant`,
        details: { file, target, precision, expected: taken },
      },
    );
  }
  throw caught;
}

const precisionsOf = (target: string): string[] => [
  ...new Set(chipOf(target).units.flatMap(({ tops }) => Object.keys(tops))),
];
