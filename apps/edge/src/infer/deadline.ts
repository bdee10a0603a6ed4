import { fail } from '@selvedge/core/errors';
import type { OipParameters } from '@selvedge/infer/oip';

/** The header in which a caller says how many milliseconds it will still wait. */
export const deadlineHeader = 'selvedge-deadline-ms';

/**
 * A request's deadline, milliseconds from now: the smaller of the header's and the parameter's
 * (`selvedge_deadline_ms`).
 * @throws SelvedgeError `bad-input` when one is no positive number
 */
export function deadlineOf(
  headers: Readonly<Record<string, unknown>>,
  parameters: OipParameters = {},
): number | undefined {
  const given = [
    [deadlineHeader, headers[deadlineHeader]],
    ['selvedge_deadline_ms', parameters.selvedge_deadline_ms],
  ] as const;
  const deadlines = given.flatMap(([name, value]) =>
    value === undefined ? [] : [milliseconds(name, value)],
  );
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

function milliseconds(name: string, value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number > 0 && number < 2 ** 31) return number;
  return fail('bad-input', `${name} is ${JSON.stringify(value)}`, {
    hint: 'give milliseconds above 0',
  });
}
