import { makeTargets, type Signer, signMetadata, type TargetsSigned } from '@selvedge/core/trust';

/**
 * The next version of the targets role's metadata, or a family's, valid anew.
 *
 * @param current undefined where this is the first.
 * @param changes what it says instead; the rest stays.
 */
export function nextTargets(
  current: TargetsSigned | undefined,
  signer: Signer,
  now: Date,
  changes: Partial<Pick<TargetsSigned, 'targets' | 'delegations'>> = {},
): Promise<Uint8Array> {
  const { targets = {}, delegations } = { ...current, ...changes };
  const version = (current?.version ?? 0) + 1;
  return signMetadata(makeTargets({ version, now, targets, delegations }), [signer]);
}
