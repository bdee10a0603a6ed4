/** Sessions of onnxruntime-web in a headless Chromium; a page that dies ends no measurement. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { crashed, type Opened, type OpenOptions, type Sessions } from './sessions.ts';

export type WebProvider = 'webgpu' | 'webnn-cpu' | 'webnn-gpu' | 'webnn-npu';

/** Flags under which this Chromium has the API: PARTS.md of the project's design names them. */
const flags = {
  webnn: ['--disable-gpu', '--enable-features=WebMachineLearningNeuralNetwork'],
  webgpu: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
};

const page = (
  buildsGraphs: boolean,
): string => `<!doctype html><meta charset="utf-8"><script type="module">
const lines = [];
for (const level of ['log', 'info', 'debug', 'warn', 'error'])
  console[level] = (...words) => { lines.push(words.join(' ')); };
// Placement is decided before graphs are built, and some builds end WebNN's service process.
if (${!buildsGraphs} && window.MLGraphBuilder) MLGraphBuilder.prototype.build = async () => ({ destroy() {} });
const ort = await import('/dist/ort.webgpu.min.mjs');
ort.env.logLevel = 'verbose';
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = '/dist/';
window.logged = () => lines.join('\\n');
const zeros = ({ name, type, shape }) =>
  [name, new ort.Tensor(type, new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)];
const time = async (session, runs) => {
  const feeds = Object.fromEntries(session.inputMetadata.map(zeros));
  const runsMs = [];
  for (let run = 0; run <= runs; run += 1) {
    const began = performance.now();
    await session.run(feeds);
    runsMs.push(performance.now() - began);
  }
  return runsMs.slice(1);
};
window.openModel = async (provider, level, runs) => {
  lines.length = 0;
  const model = new Uint8Array(await (await fetch('/model', { cache: 'no-store' })).arrayBuffer());
  let error, runsMs;
  try {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [provider],
      graphOptimizationLevel: level,
      logSeverityLevel: 0,
      logVerbosityLevel: 0,
    });
    if (runs) runsMs = await time(session, runs);
    await session.release();
  } catch (caught) {
    error = String(caught?.message ?? caught);
  }
  return { log: window.logged(), error, runsMs };
};
document.title = 'ready';
</script>`;

/** What a page defines for its callers outside. */
declare global {
  interface Window {
    openModel(provider: unknown, level: string, runs?: number): Promise<Opened>;
    logged(): string;
  }
}

export interface WebOptions {
  readonly timeoutMs?: number;
  /** Whether WebNN builds its graphs, so that they can be run. False by default. */
  readonly buildsGraphs?: boolean;
}

/** @throws when no browser starts here */
export async function ortWebSessions(
  provider: WebProvider,
  { timeoutMs = 20_000, buildsGraphs = false }: WebOptions = {},
): Promise<Sessions> {
  const served: { model: Uint8Array } = { model: new Uint8Array() };
  const server = await serve(served, page(buildsGraphs));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const [api, deviceType] = provider.split('-');
  const optionsOf = (layout: OpenOptions['layout']) =>
    api === 'webnn'
      ? { name: 'webnn', deviceType }
      : { name: 'webgpu', ...(layout && { preferredLayout: layout }) };
  let browser: Browser | undefined;
  let tab: Page | undefined;
  const start = async (): Promise<Page> => {
    browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: ['--no-sandbox', ...flags[api as keyof typeof flags]],
      ignoreDefaultArgs: ['--disable-features'],
      headless: true,
    });
    const opened = await browser.newPage({ locale: 'en-US' });
    await opened.goto(address);
    await opened.waitForFunction(() => document.title === 'ready');
    return opened;
  };
  return {
    async open(model, { level, layout, runs }) {
      served.model = model;
      tab ??= await start();
      const opened = await openIn(tab, { options: optionsOf(layout), level, runs, timeoutMs });
      if (opened.error === crashed) {
        await browser?.close();
        tab = undefined;
      }
      return opened;
    },
    async close() {
      await browser?.close();
      server.close();
    },
  };
}

interface InPage {
  readonly options: unknown;
  readonly level: OpenOptions['level'];
  readonly runs: number | undefined;
  readonly timeoutMs: number;
}

/** A page that does not come back still has its log: nodes are placed before graphs are built. */
async function openIn(tab: Page, { options, level, runs, timeoutMs }: InPage): Promise<Opened> {
  const opened = tab
    .evaluate(([provider, at, count]) => window.openModel(provider, at, count), [
      options,
      level,
      runs,
    ] as const)
    .catch((): Opened => ({ log: '', error: crashed }));
  const late = within(timeoutMs, undefined);
  const first = await Promise.race([opened, late]);
  if (first) return first;
  const log = tab.evaluate(() => window.logged()).catch(() => '');
  return { log: await Promise.race([log, within(1000, '')]), error: crashed };
}

const within = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value), ms).unref());

const types: Record<string, string> = {
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The page, ORT Web's files, and the model that is to be opened next. */
async function serve(served: { readonly model: Uint8Array }, html: string): Promise<Server> {
  const dist = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/webgpu')));
  const server = createServer(async (request, response) => {
    const path = normalize(request.url ?? '/');
    if (path === '/model') return void response.end(served.model);
    if (path === '/') return void response.setHeader('content-type', 'text/html').end(html);
    try {
      const body = await readFile(join(dist, path.replace(/^\/dist\//, '')));
      const type = types[/\.\w+$/.exec(path)?.[0] ?? ''] ?? 'application/octet-stream';
      response.setHeader('content-type', type).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
