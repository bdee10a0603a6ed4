import type { TargetFile, TrustState } from './types.ts';

/** Whether files carry their version or hash in their name (§5.3.12). */
const consistent = (state: TrustState): boolean => state.root.signed.consistent_snapshot === true;

/** Where a role's metadata file stands in the repository: `3.acme.glyphs.json`. */
export function metadataPath(state: TrustState, role: string, version: number): string {
  const file = `${encodeURIComponent(role)}.json`;
  return consistent(state) ? `${version}.${file}` : file;
}

/** Where a target stands in the repository (§5.7.3). */
export const targetPath = (state: TrustState, path: string, file: TargetFile): string =>
  consistent(state) ? targetFileName(path, file) : `targets/${encodeSegments(path.split('/'))}`;

/** Where a target stands under consistent snapshots: `targets/a/<hash>.b.json` (§6.2.1). */
export function targetFileName(path: string, file: TargetFile): string {
  const hash = file.hashes.sha256 ?? Object.values(file.hashes)[0];
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  return `targets/${encodeSegments([...segments, `${hash}.${name}`])}`;
}

const encodeSegments = (segments: readonly string[]): string =>
  segments.map(encodeURIComponent).join('/');
