import type { Carrier } from './ports.ts';
import { contents, maxBytes } from './refresh.ts';
import { isRefusal } from './refusal.ts';
import { verifyTimestamp } from './timestamp.ts';
import type { MetadataFile, Refusal, RootSigned } from './types.ts';

/**
 * Refuses a repository whose timestamp is not fresh under a root, even one that has expired: for
 * the owner who renews that root, and must not do so for a carrier that plays an old repository.
 */
export async function checkFreshTimestamp(
  fetch: Carrier,
  root: MetadataFile<RootSigned>,
  now: Date,
): Promise<Refusal | undefined> {
  const carried = await fetch('timestamp.json', { maxBytes: maxBytes.timestamp });
  const bytes = contents(carried, 'timestamp.json', '5.4.1');
  if (isRefusal(bytes)) return bytes;
  const verified = await verifyTimestamp({ root }, bytes, now);
  return isRefusal(verified) ? verified : undefined;
}
