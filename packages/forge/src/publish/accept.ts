import { SelvedgeError } from '@selvedge/core/errors';
import { isRefusal, type Refusal } from '@selvedge/core/trust';

/** Gives the value, or throws the refusal as the error it is for a publisher. */
export function accept<T>(value: T | Refusal): T {
  if (!isRefusal(value)) return value;
  throw new SelvedgeError(value.code, value.message, {
    hint: 'the hub does not publish what these keys vouch for; nothing was signed',
    details: { subject: value.subject, section: `TUF ${value.section}` },
  });
}
