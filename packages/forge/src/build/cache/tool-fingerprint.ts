import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages whose code decides what a build makes and measures. */
const packages = ['core', 'onnx', 'infer', 'engines', 'forge'];

let known: string | undefined;

/**
 * A digest of the code that builds, so that what an older Selvedge made is not taken for what this
 * one would: a version number says too little while one works on the code.
 */
export function toolFingerprint(): string {
  known ??= hashCode();
  return known;
}

function hashCode(): string {
  const hash = createHash('sha256');
  const extension = extname(import.meta.url);
  // …/forge/src/build/cache/ here, …/forge/dist/build/cache/ where it is compiled.
  const folder = fileURLToPath(new URL('../../', import.meta.url));
  const [, side = 'src'] = /[/\\](src|dist)[/\\]$/.exec(folder) ?? [];
  for (const name of packages) {
    const root = join(folder, '../..', name, side);
    for (const file of codeIn(root, extension)) {
      hash
        .update(`${name}/${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

const isCode = (file: string, extension: string): boolean =>
  (file.endsWith(extension) || file.endsWith('.json')) && !/\.(test|fixture|bench)\./.test(file);

function codeIn(root: string, extension: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => isCode(file, extension))
    .sort();
}
