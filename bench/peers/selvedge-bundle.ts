import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/**
 * The forge's converter compiled into one file, as a package is published: in the repository every
 * start would compile TypeScript first. Python's packages are compiled to byte code as well.
 */
export async function bundleConverter(directory: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      target: 'node24',
      outDir: directory,
      emptyOutDir: false,
      ssr: true,
      minify: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('./selvedge-quantise.ts', import.meta.url)),
        external: ['onnxruntime-node'],
        output: { entryFileNames: 'selvedge-quantise.mjs' },
      },
    },
    ssr: { noExternal: true, external: ['onnxruntime-node'] },
  });
  return `${directory}/selvedge-quantise.mjs`;
}
