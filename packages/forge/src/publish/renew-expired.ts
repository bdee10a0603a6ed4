import { fail, isSelvedgeError } from '@selvedge/core/errors';
import { familySlug } from '@selvedge/core/release';
import {
  checkFreshTimestamp,
  isRefusal,
  type Refusal,
  type RoleKeys,
  readExpiredTargets,
  type Signer,
  type TrustClient,
} from '@selvedge/core/trust';
import type { KeyRole } from '../keys/index.ts';
import { accept } from './accept.ts';
import { nextTargets } from './next-targets.ts';
import { sendPendingRoots } from './pending-roots.ts';
import { postUpdate } from './post-update.ts';
import type { Reading } from './reading.ts';
import { sameRoot } from './renewed-root.ts';
import { heldSigner } from './signers.ts';

/** Root, targets and the family, and somebody else who renews them at the same time. */
const maxRounds = 8;

/**
 * Refreshes a publisher's client. Where it is refused because root, targets or the family's role
 * has expired, the next version of that file is signed, with the same content and valid anew,
 * and posted; then it refreshes again. Only an offline role is renewed so, and only from a
 * repository whose timestamp and snapshot are fresh: a carrier cannot bring an old one back.
 *
 * @throws SelvedgeError `trust-expired` where the key that could renew is not at hand; any other
 * refusal of a refresh
 */
export async function refreshAndRenew(reading: Reading, client: TrustClient): Promise<void> {
  for (let round = 1; ; round++) {
    const refusal = await firstRefusal(reading, client);
    if (!refusal) return;
    const renew = refusal.code === 'trust-expired' ? renewals(reading)[refusal.subject] : undefined;
    if (!renew || round > maxRounds) return accept<void>(refusal);
    try {
      await renew(client, refusal);
      reading.say(`renewed ${refusal.subject}: it had expired`);
    } catch (caught) {
      // Somebody else renewed it meanwhile: the next round sees whether that is enough.
      if (!isSelvedgeError(caught) || caught.code !== 'conflict') throw caught;
    }
  }
}

/** Why a device would stop, on the way down to the family that is about to be signed. */
async function firstRefusal(
  { family }: Reading,
  client: TrustClient,
): Promise<Refusal | undefined> {
  const refreshed = await client.refresh();
  if (isRefusal(refreshed)) return refreshed;
  const name = family && familySlug(family);
  const roles = client.state.targets?.signed.delegations?.roles ?? [];
  if (name === undefined || !roles.some((role) => role.name === name)) return undefined;
  const file = await client.delegated(name);
  return isRefusal(file) ? file : undefined;
}

type Renew = (client: TrustClient, refusal: Refusal) => Promise<void>;

/** What can be renewed, by the metadata file that a refusal is about. */
function renewals(reading: Reading): Readonly<Record<string, Renew>> {
  const { hub, keys, family, now } = reading;

  const renewRoot: Renew = async (client, refusal) => {
    const { root } = client.state;
    const frozen = await checkFreshTimestamp(hub.carrier, root, now);
    if (frozen) accept(frozen);
    await sendPendingRoots(hub, keys, client);
    const signer = await signerFor(reading, 'root', root.signed.roles.root, refusal);
    const next = await sameRoot(root, signer, now);
    // Kept before it is sent: a root that the hub has and its owner lacks could not be continued.
    await keys.saveRoot(next);
    await postUpdate(hub, new Map([['root', next.bytes]]));
  };
  const renewTargets =
    (role: KeyRole, name: string): Renew =>
    async ({ state }, refusal) => {
      const file = accept(await readExpiredTargets(hub.carrier, state, name));
      const delegated = state.targets?.signed.delegations?.roles;
      const named =
        name === 'targets'
          ? state.root.signed.roles.targets
          : delegated!.find((other) => other.name === name)!;
      const signer = await signerFor(reading, role, named, refusal);
      await postUpdate(hub, new Map([[name, await nextTargets(file.signed, signer, now)]]));
    };

  const slug = family && familySlug(family);
  return {
    'root.json': renewRoot,
    'targets.json': renewTargets('targets', 'targets'),
    ...(family && slug ? { [`${slug}.json`]: renewTargets({ family }, slug) } : {}),
  };
}

async function signerFor(
  { keys }: Reading,
  role: KeyRole,
  named: RoleKeys,
  { subject, message }: Refusal,
): Promise<Signer> {
  const held = await heldSigner(keys, role, named);
  if (held) return held;
  return fail(
    'trust-expired',
    `${subject} ${message}, and ${keys.fileOf(role)} is not the key that may renew it`,
    {
      hint: `whoever holds the key ${named.keyids.join(' or ')} must publish, which renews it`,
      details: { subject, keyids: named.keyids },
    },
  );
}
