import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AuditOptions, audit } from '../audit.ts';
import type { AuditReport } from '../finding.ts';

/** Writes files into a directory of their own, for as long as it is used. */
export async function withCodebase<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'selvedge-audit-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The report of an audit of these files. */
export const auditOf = (
  files: Readonly<Record<string, string | Uint8Array>>,
  options?: AuditOptions,
): Promise<AuditReport> => withCodebase(files, (directory) => audit(directory, options));

/** Where the couplings are: `file:line kind service`. */
export const places = ({ findings }: AuditReport): string[] =>
  findings.map(({ file, line, kind, service }) => `${file}:${line} ${kind} ${service}`);
