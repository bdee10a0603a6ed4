/** The matrix's page in a real browser: cells that open, by hand and by keyboard, on any screen. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeMatrix } from '@selvedge/forge';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../scripts/browser.ts';
import { lowContrast } from './low-contrast.ts';

const browser = await launchBrowser().catch((caught: Error) => caught);
const reason = browser instanceof Error ? `no browser starts here: ${browser.message}` : '';

let dir: string;
let url: string;
beforeAll(async () => {
  if (reason) return;
  dir = await mkdtemp(join(tmpdir(), 'selvedge-matrix-page-'));
  const file = join(dir, 'a<b onclick=x>.onnx');
  await writeFile(file, network());
  await makeMatrix(file, { out: dir });
  url = pathToFileURL(join(dir, 'matrix.html')).href;
});
afterAll(async () => {
  if (!(browser instanceof Error)) await browser.close();
  if (dir) await rm(dir, { recursive: true });
});
beforeEach((context) => context.skip(reason !== '', reason));

/** A node's name comes from a stranger. */
function network(): Uint8Array {
  const g = graphBuilder('network', { opset: 18 });
  const x = g.input('x', 'float32', [1, 3, 16, 16]);
  const w = g.constant('w', [8, 3, 3, 3], new Float32Array(216).fill(0.1));
  const c = g.node('Conv', [x, w], { kernel_shape: [3, 3] });
  const a = g.node('Mish', [c], {}, '<img src=x onerror=alert(1)>');
  g.output(g.node('GlobalAveragePool', [a], {}, 'y'), 'float32', [1, 8, 1, 1]);
  return concat(writeModel(g.build()));
}

async function open({ width = 1440, dark = false } = {}) {
  const page = await (browser as Browser).newPage({
    locale: 'en-US',
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on(
    'console',
    (message) => void (message.type() === 'error' && complaints.push(message.text())),
  );
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  return { page, complaints, asked };
}

describe("the matrix's page", () => {
  it('opens the reasons of a cell that is clicked, and asks nobody for anything', async () => {
    const { page, complaints, asked } = await open();
    expect(await page.locator('h1').innerText()).toMatch(
      /^It runs whole on \d+ of 20 targets: .+\.$/,
    );
    await page.getByRole('button', { name: /^as-it-came on apple-m4/ }).click();
    const panel = page.locator('.panel:popover-open');
    expect(await panel.count()).toBe(1);
    const said = await panel.innerText();
    expect(said).toMatch(/not on the list/);
    expect(said).toMatch(/→ .*Softplus/);
    await panel.getByRole('button', { name: 'Close' }).click();
    expect(await panel.count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(asked).toEqual([url]);
    await page.close();
  });

  it('is walked by keyboard', async () => {
    const { page } = await open();
    await page.locator('.cell').first().focus();
    await page.keyboard.press('ArrowDown');
    const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(name).toMatch(/on snapdragon-8-gen3/);
    await page.keyboard.press('Enter');
    const panel = page.locator('.panel:popover-open');
    expect(await panel.innerText()).toContain('snapdragon-8-gen3');
    await page.keyboard.press('Escape');
    expect(await panel.count()).toBe(0);
    await page.close();
  });

  it.each([
    [380, false],
    [380, true],
    [1440, false],
    [1440, true],
    [2560, false],
  ])('is readable at %i pixels, dark %s', async (width, dark) => {
    const { page } = await open({ width, dark });
    expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over).toBeLessThanOrEqual(0);
    await page.locator('.cell').nth(4).click();
    const box = (await page.locator('.panel:popover-open').boundingBox())!;
    expect(box.x >= 0 && box.x + box.width <= width && box.y >= 0).toBe(true);
    expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
    await page.close();
  });
});
