import {
  type MetadataFile,
  type Repository,
  type TargetsSigned,
  targetFileName,
  versionedPath,
} from '@selvedge/core/trust';

/** The files that a device with nothing reads: current metadata, and the targets that it names. */
export function currentFiles({ root, snapshot, targets, roles }: Repository): ReadonlySet<string> {
  const paths = new Set([
    'timestamp.json',
    versionedPath('root', root.signed.version),
    versionedPath('snapshot', snapshot.signed.version),
  ]);
  for (const [name, role] of [['targets', targets] as const, ...roles]) {
    paths.add(versionedPath(name, role.signed.version));
    for (const { file } of targetsOf(role)) paths.add(file);
  }
  return paths;
}

/** A role's targets, with the file that each is published as. */
export const targetsOf = ({
  signed,
}: MetadataFile<TargetsSigned>): { readonly path: string; readonly file: string }[] =>
  Object.entries(signed.targets).map(([path, target]) => ({
    path,
    file: targetFileName(path, target),
  }));
