/** The console in a real browser, over a real hub with a family, devices and decisions. */
import { type Agent, openAgent } from '@selvedge/agent';
import { buildConsole } from '@selvedge/console';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../scripts/browser.ts';
import { family, type TinyFabric, tinyFabric } from '../support/tiny-fabric.ts';
import { tinyInput } from '../support/tiny-release.ts';
import { lowContrast } from './low-contrast.ts';

const browser = await launchBrowser().catch((caught: Error) => caught);
const reason = browser instanceof Error ? `no browser starts here: ${browser.message}` : '';

let fabric: TinyFabric;
let empty: TinyFabric;
const agents: Agent[] = [];

beforeAll(async () => {
  if (reason) return;
  await buildConsole();
  [fabric, empty] = await Promise.all([tinyFabric(), tinyFabric({ dev: false })]);
  await fabric.publish('1.0.0', [
    { id: 'device-fp32', quality: 0.9 },
    { id: 'device-fp16', precision: 'fp16', quality: 0.9 },
    { id: 'cloud-fp32', tier: 'cloud', quality: 0.95 },
  ]);
  for (const target of ['flagship-2026', 'midrange-2021']) {
    const agent = await openAgent({
      hub: fabric.hub.url,
      dataDir: await fabric.agentDir(),
      emulate: target,
      // Nothing answers there, and nothing private may ask.
      cloud: { url: 'http://127.0.0.1:9' },
      pollSeconds: 0,
    });
    agents.push(agent);
    await agent.poll();
  }
  await agents[0]!.infer(family, tinyInput(), { labels: ['public'] });
  await agents[0]!
    .infer(family, tinyInput(), { labels: ['private'], minQuality: 0.99 })
    .catch(() => {});
  await agents[0]!.poll();
});

afterAll(async () => {
  for (const agent of agents) await agent.close();
  await fabric?.close();
  await empty?.close();
  if (!(browser instanceof Error)) await browser.close();
});

interface Look {
  readonly width?: number;
  readonly dark?: boolean;
}

/** A page at a URL, with everything it complained about. */
async function open(url: string, { width = 1440, dark = false }: Look = {}) {
  const page = await (browser as Browser).newPage({
    locale: 'en-US',
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url, { waitUntil: 'networkidle' });
  return { page, complaints };
}

const rowsOf = (page: Page, heading: string): Promise<string[]> =>
  page
    .locator('section', { has: page.getByRole('heading', { name: heading }) })
    .locator('tbody tr')
    .allInnerTexts();

beforeEach((context) => {
  context.skip(reason !== '', reason);
});

describe('the console', () => {
  it('answers its one question in a sentence, then shows the evidence', async () => {
    const { page, complaints } = await open(fabric.hub.url);
    expect(await page.locator('.answer').innerText()).toBe('All 2 devices run acme/digits 1.0.0.');
    expect(await rowsOf(page, 'Variants')).toEqual([
      expect.stringMatching(/device[\s\S]*device-fp32[\s\S]*\d B[\s\S]*90\.0%/),
      expect.stringMatching(/device[\s\S]*device-fp16[\s\S]*±0\.00 pt/),
      expect.stringMatching(/cloud[\s\S]*cloud-fp32[\s\S]*95\.0%/),
    ]);
    const devices = (await rowsOf(page, 'Devices')).join('\n');
    expect(devices).toMatch(/flagship-2026[\s\S]*✓ installed/);
    expect(devices).toMatch(/midrange-2021[\s\S]*✓ installed/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('counts decisions by tier and rule, and draws a privacy refusal as kept, not as failed', async () => {
    const { page } = await open(fabric.hub.url);
    const rows = await rowsOf(page, 'Decisions');
    expect(rows).toContainEqual(expect.stringMatching(/^device\s+available\s+1$/));
    const [nowhere] = rows.filter((row) => row.startsWith('nowhere'));
    expect(nowhere).toMatch(/privacy-private\s+kept private\s+1$/);
    expect(await page.locator('.state-bad').count()).toBe(0);
    await page.close();
  });

  it('says with every figure where it comes from, also to those who do not see its mark', async () => {
    const { page } = await open(fabric.hub.url);
    const figures = page.locator('td .figure');
    const texts = await figures.evaluateAll((all) => all.map(({ textContent }) => textContent));
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(/, (measured|calibrated|estimated), .+/);
    const titles = await figures.evaluateAll((all) => all.map((one) => one.getAttribute('title')));
    for (const title of titles) expect(title).toMatch(/measured|calibrated|estimated/);
    await page.close();
  });

  it('shows a source to a finger too', async () => {
    const context = await (browser as Browser).newContext({
      hasTouch: true,
      viewport: { width: 380, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(fabric.hub.url, { waitUntil: 'networkidle' });
    await page.locator('td .figure').first().tap();
    const shown = page.locator('.explanation:popover-open');
    expect(await shown.innerText()).toBe('0.9: measured, top1 over 1,000 samples');
    const { x, y, width, height } = (await shown.boundingBox())!;
    expect(x >= 0 && y >= 0 && x + width <= 380 && y + height <= 800).toBe(true);
    expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
    await page.locator('td .interval').first().tap();
    expect(await shown.innerText()).toMatch(/^drop 0\.00 percentage points \(95%: /);
    await context.close();
  });

  it.each([
    [380, false],
    [380, true],
    [1440, true],
    [2560, false],
  ])(
    'is readable %i pixels wide (dark: %s): nothing scrolls sideways, all text has contrast',
    async (width, dark) => {
      const { page, complaints } = await open(fabric.hub.url, { width, dark });
      const [scroll, client] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      expect(scroll).toBeLessThanOrEqual(client!);
      expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('asks for a token where the hub wants one, and then says what would appear and how', async () => {
    const { page } = await open(empty.hub.url);
    expect(await page.locator('.answer').innerText()).toMatch(/those who have a token/);
    expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
    await page.getByLabel('Token').fill('not the token');
    const refused = page.waitForResponse((response) => response.status() === 401);
    await page.getByRole('button').click();
    await refused;
    expect(await page.getByLabel('Token').count()).toBe(1);
    await page.getByLabel('Token').fill(empty.token ?? '');
    await page.getByRole('button').click();
    await page.getByText('No release is published.').waitFor();
    expect(await page.locator('.empty').innerText()).toMatch(/selvedge publish build --hub/);
    expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
    await page.close();
  });

  it('is reached with the keyboard alone', async () => {
    const { page } = await open(fabric.hub.url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(family);
    await page.close();
  });
});
