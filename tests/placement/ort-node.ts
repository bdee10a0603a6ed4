/** Sessions of onnxruntime-node in a child process: one that dies ends no measurement. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { crashed, type Opened, type OpenOptions, type Sessions } from './sessions.ts';

const script = fileURLToPath(new URL('./ort-child.ts', import.meta.url));

/** Sessions on one of onnxruntime-node's providers: `cpu`, or `webgpu` on a software adapter. */
export async function ortNodeSessions(provider: 'cpu' | 'webgpu'): Promise<Sessions> {
  const env = provider === 'webgpu' ? await softwareVulkan() : {};
  let child: ChildProcess | undefined;
  const start = async (): Promise<ChildProcess> => {
    const started = fork(script, [provider], {
      env: { ...process.env, ...env },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    await once(started, 'message');
    return started;
  };
  return {
    async open(model, options) {
      child ??= await start();
      const opened = await openIn(child, model, options);
      if (opened.error === crashed) child = undefined;
      return opened;
    },
    async close() {
      if (!child) return;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

function openIn(child: ChildProcess, model: Uint8Array, options: OpenOptions): Promise<Opened> {
  return new Promise((resolve) => {
    const chunks: string[] = [];
    const finish = (opened: Opened) => {
      child.stderr?.removeAllListeners('data');
      child.removeAllListeners('close');
      resolve(opened);
    };
    child.once('close', () => finish({ log: chunks.join(''), error: crashed }));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.push(chunk);
      if (!chunk.includes('\n') && !chunks.join('').endsWith('\n')) return;
      const log = chunks.join('');
      const [mark, result] = /\n@@done (\{.*\})\n/.exec(log.slice(-20_000)) ?? [];
      if (mark === undefined) return;
      const { error } = JSON.parse(result ?? '{}') as { error?: string };
      finish({ log, ...(error === undefined ? {} : { error }) });
    });
    child.send({ model, ...options });
  });
}

/** Chromium's package brings a Vulkan loader and SwiftShader, and unpacks them beside the browser. */
async function softwareVulkan(): Promise<Record<string, string>> {
  const folder = dirname(await chromium.executablePath());
  return {
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`,
  };
}
