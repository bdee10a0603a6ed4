import { fail } from '@selvedge/core/errors';

/**
 * The time that what is built carries instead of the clock's: `SOURCE_DATE_EPOCH`, in seconds since
 * 1970 (reproducible-builds.org/specs/source-date-epoch).
 *
 * @throws SelvedgeError `usage`
 */
export function sourceDate({ SOURCE_DATE_EPOCH: stated }: NodeJS.ProcessEnv): Date | undefined {
  if (stated === undefined || stated === '') return undefined;
  if (/^\d{1,11}$/.test(stated)) return new Date(Number(stated) * 1000);
  return fail('usage', `SOURCE_DATE_EPOCH is "${stated}"`, {
    hint: 'expected whole seconds since 1970, such as 1795000000',
  });
}
