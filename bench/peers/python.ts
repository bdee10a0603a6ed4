import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The peer and all that it needs, at one version each. */
const packages = [
  'onnxruntime==1.31.1',
  'onnx==1.23.2',
  'onnx-ir==1.1.0',
  'numpy==2.4.6',
  'sympy==1.14.0',
  'flatbuffers==25.12.19',
  'ml_dtypes==0.6.0',
  'mpmath==1.3.0',
  'packaging==26.3',
  'protobuf==7.36.2',
  'typing_extensions==4.16.0',
];

/** The interpreter of a virtual environment that holds the peer, or why there is none. */
export type PythonPeer = { readonly python: string } | { readonly skipped: string };

let found: PythonPeer | undefined;

/**
 * Makes the virtual environment when it is first asked for; it stands in node_modules/.cache, and
 * another list of packages is another environment.
 */
export function pythonPeer(): PythonPeer {
  found ??= make();
  return found;
}

function make(): PythonPeer {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/selvedge', import.meta.url));
  const id = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12);
  const environment = `${cache}/onnxruntime-quantization-${id}`;
  const python = `${environment}/bin/python`;
  const done = `${environment}/installed`;
  if (existsSync(done)) return { python };
  const base = ['python3', 'python'].find((name) => succeeds(name, ['--version']));
  if (!base) return { skipped: 'Python is not there' };
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  process.stderr.write('making a Python environment with onnxruntime.quantization …\n');
  try {
    execFileSync(base, ['-m', 'venv', environment], { stdio: 'pipe' });
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:'];
    execFileSync(python, [...install, ...packages], { stdio: 'pipe', timeout: 600_000 });
    // The first import writes byte code, which is no part of what is measured.
    execFileSync(python, ['-c', imports], { stdio: 'pipe' });
  } catch (caught) {
    rmSync(environment, { recursive: true, force: true });
    return { skipped: `its Python environment could not be made: ${lastWords(caught)}` };
  }
  writeFileSync(`${done}.part`, '');
  renameSync(`${done}.part`, done);
  return { python };
}

const imports =
  'import onnxruntime.quantization.matmul_nbits_quantizer, onnxruntime.transformers.float16';

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function lastWords(caught: unknown): string {
  const { stderr, message } = caught as Error & { stderr?: Buffer };
  return (
    String(stderr || message)
      .trim()
      .split('\n')
      .at(-1) ?? ''
  );
}
