import { SelvedgeError } from '@selvedge/core/errors';
import { isRefusal, type Refusal } from '@selvedge/core/trust';

/** A refusal as the error it becomes at the border of a program: the same code, exit 4. */
export function refusalError(refusal: Refusal): SelvedgeError {
  const { code, message, subject, section } = refusal;
  return new SelvedgeError(code, message, {
    hint: hints[code],
    details: { subject, section: `TUF ${section}` },
  });
}

/** Gives the value, or throws the refusal that came instead. */
export function accepted<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw refusalError(value);
  return value;
}

const carrier = 'what this device has stays in use; check the hub, and the edge in between';

const hints: Readonly<Record<Refusal['code'], string>> = {
  'trust-signature': carrier,
  'trust-expired': `the hub may be down or frozen; ${carrier}`,
  'trust-rollback': carrier,
  'trust-mismatch': carrier,
  'trust-digest': carrier,
  'trust-too-large': carrier,
  'trust-unknown': 'publish it first, or check the name',
  'trust-clock': "set this device's clock",
  'trust-format': carrier,
  'trust-no-root': 'give the root of trust with --trust-root FILE (selvedge keys export prints it)',
};
