import { metadataPath } from './file-name.ts';
import type { Carrier } from './ports.ts';
import { contents, maxBytes } from './refresh.ts';
import { isRefusal, refuse } from './refusal.ts';
import { checkTargetsFile, listedTargets } from './targets.ts';
import type { MetadataFile, Refusal, TargetsSigned, TrustState } from './types.ts';

/**
 * The metadata of a targets role that has expired, for the publisher who renews it: verified in
 * everything but its own expiry. Root, timestamp and snapshot must be fresh, as a refresh leaves
 * them that was refused at this role, so that what is signed again is what the repository
 * publishes today and not what a carrier froze. No {@link TrustClient} gives it to a device.
 *
 * @param state what the client trusts after that refresh.
 * @param role `targets`, or a role that it delegates.
 */
export async function readExpiredTargets(
  fetch: Carrier,
  state: TrustState,
  role: string,
): Promise<MetadataFile<TargetsSigned> | Refusal> {
  const subject = `${role}.json`;
  const listed = listedTargets(state, role);
  if (isRefusal(listed)) return listed;
  const { keys, roles } = state.root.signed;
  const delegations = state.targets?.signed.delegations;
  const [known, named] =
    role === 'targets'
      ? [keys, roles.targets]
      : [delegations?.keys ?? {}, delegations?.roles.find(({ name }) => name === role)];
  if (!named) return refuse('trust-unknown', subject, '5.6.7', 'no delegation names this role');
  const path = metadataPath(state, role, listed.version);
  const carried = await fetch(path, { maxBytes: listed.length ?? maxBytes.targets });
  const bytes = contents(carried, subject, '5.6.1');
  return isRefusal(bytes) ? bytes : checkTargetsFile(state, role, known, named, bytes);
}
