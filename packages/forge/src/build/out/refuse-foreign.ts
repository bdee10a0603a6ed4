import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { entries } from './move-into-place.ts';

/**
 * A build replaces the one before it, whole. What stands under the same names and is of no build would
 * be gone with it, so it is refused: the report says which files are the build's.
 *
 * @throws SelvedgeError `bad-input` naming what would be lost, and the directory
 */
export function refuseForeign(directory: string): void {
  const present = entries.filter((entry) => existsSync(join(directory, entry)));
  if (present.length === 0) return;
  const made = madeBy(directory);
  const found = made ? present.flatMap((entry) => filesIn(directory, entry)) : present;
  const lost = found.find((file) => !made?.has(file));
  if (lost === undefined) return;
  fail('bad-input', `${directory} holds ${lost}, which no build made and this one would delete`, {
    hint: 'give another --out, or move it away',
    details: { file: join(directory, lost), out: directory },
  });
}

/** The files of the build that a directory holds; undefined where it holds none. */
function madeBy(directory: string): Set<string> | undefined {
  const report = readReport(join(directory, 'report.json'));
  if (report?.kind !== 'BuildReport') return undefined;
  const files = new Set(['report.json', 'report.md', 'report.html']);
  if (report.policy?.file !== undefined) files.add(report.policy.file);
  for (const { id, file, data = [], golden } of report.variants ?? []) {
    for (const one of [file, golden?.file, ...data.map((weights) => weights.file)])
      if (one) files.add(one);
    files.add(`variants/${id}.cdx.json`).add(`variants/${id}.provenance.json`);
  }
  return files;
}

/** What is read of a report, which another version may have written. */
interface WrittenReport {
  readonly kind?: unknown;
  readonly policy?: { readonly file?: string };
  readonly variants?: readonly {
    readonly id?: string;
    readonly file?: string | null;
    readonly data?: readonly { readonly file?: string }[];
    readonly golden?: { readonly file?: string } | null;
  }[];
}

function readReport(path: string): WrittenReport | undefined {
  try {
    // A pipe would be waited for.
    if (!statSync(path).isFile()) return undefined;
    return JSON.parse(readFileSync(path, 'utf8')) as WrittenReport;
  } catch {
    return undefined;
  }
}

/** An entry, or every file below it, relative to the directory and with slashes. */
function filesIn(directory: string, entry: string): string[] {
  const path = join(directory, entry);
  if (!statSync(path).isDirectory()) return [entry];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((found) => !found.isDirectory() && !ofTheSystem.test(found.name))
    .map(({ parentPath, name }) =>
      relative(directory, join(parentPath, name)).split(sep).join('/'),
    );
}

/** What file browsers leave wherever they look. */
const ofTheSystem = /^(\.DS_Store|\._.*|Thumbs\.db|desktop\.ini)$/;
