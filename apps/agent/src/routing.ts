import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { familySlug, type InstallTarget, type Release } from '@selvedge/core/release';
import {
  type CompiledPolicy,
  type CompiledRoute,
  compileRoute,
  defaultPolicy,
} from '@selvedge/core/route';
import type { FamilyName, Tier } from '@selvedge/core/schema';
import { canonicalBytes, ociDigest } from '@selvedge/core/trust';
import { makeDirectory, writeDurably } from '@selvedge/node/store';

/** What decides about a family's requests besides the moment: signed, and kept for offline days. */
export interface FamilyRouting {
  readonly route: CompiledRoute;
  /** What a place of that tier runs, as the signed release says. */
  readonly remote: Readonly<Partial<Record<Exclude<Tier, 'device'>, InstallTarget>>>;
}

/** The documents of a family that routing needs, as they were last verified. */
interface RoutingFile {
  readonly policy: CompiledPolicy | null;
  readonly remote: FamilyRouting['remote'];
}

const file = (dataDir: string, family: FamilyName): string =>
  join(dataDir, 'families', familySlug(family), 'routing.json');

/**
 * The routing that the last verified documents gave. A device that has been offline for so long
 * that its metadata expired keeps the rules it had: forgetting them would fail open.
 */
export async function loadRouting(dataDir: string, family: FamilyName): Promise<FamilyRouting> {
  try {
    return await compileRouting(family, JSON.parse(await readFile(file(dataDir, family), 'utf8')));
  } catch {
    // Never seen, or damaged: the built-in policy, and no place but the device is known.
    return compileRouting(family, { policy: null, remote: {} });
  }
}

/** Keeps what was just verified, and compiles it. */
export async function saveRouting(
  dataDir: string,
  family: FamilyName,
  documents: { policy: CompiledPolicy | undefined; release: Release | undefined },
): Promise<FamilyRouting> {
  const kept: RoutingFile = {
    policy: documents.policy ?? null,
    remote: documents.release ? remoteTargets(documents.release) : {},
  };
  const routing = await compileRouting(family, kept);
  const path = file(dataDir, family);
  const text = `${JSON.stringify(kept)}\n`;
  if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    await makeDirectory(join(dataDir, 'families', familySlug(family)));
    await writeDurably(path, text);
  }
  return routing;
}

async function compileRouting(
  family: FamilyName,
  { policy, remote }: RoutingFile,
): Promise<FamilyRouting> {
  if (!policy) return { route: compileRoute(defaultPolicy(family), 'built-in'), remote };
  const digest = await ociDigest(canonicalBytes(policy));
  return { route: compileRoute(policy, `${family}@${digest}`), remote };
}

/** Where a tier has several variants, the one of the least quality: nobody is promised more. */
function remoteTargets({ version, variants }: Release): FamilyRouting['remote'] {
  const worst = (tier: Tier): InstallTarget | undefined => {
    const ofTier = variants.filter((variant) => variant.tier === tier);
    const [variant] = ofTier.sort((a, b) => (a.quality?.value ?? -1) - (b.quality?.value ?? -1));
    return variant && { version, variant };
  };
  const [edge, cloud] = [worst('edge'), worst('cloud')];
  return { ...(edge && { edge }), ...(cloud && { cloud }) };
}
