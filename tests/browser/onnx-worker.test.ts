/** `packages/onnx` in a browser's module worker: the same bytes as in Node, from a small bundle. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../scripts/browser.ts';
import { modelFile, noSharedData } from '../support/shared-data.ts';
import { describeUnless } from '../support/skip.ts';
import { type OnnxWork, onnxWork } from './onnx-work.ts';

const browser = await launchBrowser().catch((caught: Error) => caught);
const noBrowser =
  browser instanceof Error && `no browser starts here: ${browser.message.split('\n')[0]}`;

const models = ['mnist-8.onnx', 'resnet8-cifar10.onnx', 'silero-vad-v6.2.onnx', 'magika-v3.3.onnx'];
const script = await bundle();

/** The worker and all of the package as one minified module. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2023',
      minify: true,
      rolldownOptions: { input: fileURLToPath(new URL('./onnx-worker.ts', import.meta.url)) },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('no bundle was made');
  expect(output.output.length).toBe(1);
  return output.output[0].code;
}

describe('the bundle of packages/onnx', () => {
  it('takes less than 200 KB minified and gzipped', () => {
    expect(script.length).toBeGreaterThan(50_000);
    expect(gzipSync(script).length).toBeLessThan(200_000);
  });
});

describeUnless(noBrowser || noSharedData)('packages/onnx in a browser’s worker', () => {
  let server: Server;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const model = models.find((name) => request.url === `/${name}`);
      const isScript = request.url === '/worker.js';
      const type = isScript ? 'text/javascript' : model ? 'application/octet-stream' : 'text/html';
      response.setHeader('content-type', type);
      response.end(isScript ? script : model ? readFileSync(modelFile(model)) : '<!doctype html>');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    page = await (browser as Browser).newPage({ locale: 'en-US' });
    await page.goto(url);
  });

  afterAll(async () => {
    await (browser as Browser).close();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(models)('converts, quantises, folds and inspects %s as Node does', async (name) => {
    const answer = await page.evaluate(
      (model) =>
        new Promise<{ work?: OnnxWork; error?: string }>((resolve) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => resolve({ error: message });
          worker.postMessage(model);
        }),
      `${url}/${name}`,
    );
    expect(answer.error).toBeUndefined();
    const here = await onnxWork(new Uint8Array(readFileSync(modelFile(name))));
    expect(answer.work).toEqual(here);
    expect(new Set(Object.values(here.digests)).size).toBeGreaterThan(3);
  });
});
