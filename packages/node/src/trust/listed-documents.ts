import type { TargetFile, TrustState, TrustStore } from '@selvedge/core/trust';

/**
 * SHA-256, in hex, of every document that the metadata on this device lists: what the top-level
 * targets role signs, and the families whose metadata was ever needed. It decides only what stays
 * on a disk, so that stored metadata is not verified again for it.
 */
export async function listedDocuments(
  store: TrustStore,
  state: TrustState | undefined,
): Promise<ReadonlySet<string>> {
  const { targets = {}, delegations } = state?.targets?.signed ?? {};
  const hashes = hashesOf(targets);
  for (const { name } of delegations?.roles ?? []) {
    const bytes = await store.read(name);
    hashes.push(...hashesOf(bytes ? readTargets(bytes) : {}));
  }
  return new Set(hashes);
}

type Targets = Readonly<Record<string, TargetFile>>;

const hashesOf = (targets: Targets): string[] =>
  Object.values(targets).flatMap(({ hashes }) => hashes.sha256?.toLowerCase() ?? []);

/** A damaged file lists nothing: it is fetched again, and so are its documents. */
function readTargets(bytes: Uint8Array): Targets {
  try {
    const file = JSON.parse(new TextDecoder().decode(bytes)) as { signed: { targets: Targets } };
    hashesOf(file.signed.targets);
    return file.signed.targets;
  } catch {
    return {};
  }
}
