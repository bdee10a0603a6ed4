/** The audit's page in a real browser: what filters, what opens, by hand and by keyboard, on any screen. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { audit, auditPage } from '@selvedge/audit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../scripts/browser.ts';
import { lowContrast } from './low-contrast.ts';

const browser = await launchBrowser().catch((caught: Error) => caught);
const reason = browser instanceof Error ? `no browser starts here: ${browser.message}` : '';

const client = "import OpenAI from 'openai';\nconst client = new OpenAI();\n";
const files: Readonly<Record<string, string>> = {
  'app/ask/route.ts': `${client}export async function POST(q) { return client.responses.create({ input: q }); }\n`,
  'jobs/nightly.ts': `${client}cron.schedule('0 3 * * *', () => client.embeddings.create({ input: 'x' }));\n`,
  // A file's name comes from a stranger.
  'lib/<img src=x onerror=alert(1)>.ts': `${client}export const f = (patient) => client.responses.create({ input: patient });\n`,
};

let dir: string;
let url: string;
beforeAll(async () => {
  if (reason) return;
  dir = await mkdtemp(join(tmpdir(), 'selvedge-audit-page-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, 'code', path, '..'), { recursive: true });
    await writeFile(join(dir, 'code', path), text);
  }
  await writeFile(join(dir, 'page.html'), auditPage(await audit(join(dir, 'code'))));
  url = pathToFileURL(join(dir, 'page.html')).href;
});
afterAll(async () => {
  if (!(browser instanceof Error)) await browser.close();
  if (dir) await rm(dir, { recursive: true });
});
beforeEach((context) => context.skip(reason !== '', reason));

async function open({ width = 1280, dark = false, hash = '' } = {}) {
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
  await page.goto(url + hash);
  return { page, complaints, asked };
}

describe('the page of an audit', () => {
  it('runs nothing of the code, asks for nothing else and complains of nothing', async () => {
    const { page, complaints, asked } = await open();
    expect(await page.locator('.call').count()).toBe(3);
    expect(complaints).toEqual([]);
    expect(asked).toEqual([url]);
    await page.close();
  });

  it('filters calls and fades their marks as facets are chosen, and counts along', async () => {
    const { page } = await open();
    await page.getByLabel('nobody (batch)').check();
    expect(await page.locator('.call:visible').count()).toBe(1);
    expect(await page.locator('#shown').textContent()).toBe('1 of 3');
    expect(await page.locator('.map.wide path.faded').count()).toBe(2);
    expect(
      await page.locator('.chip', { hasText: 'has signs' }).locator('.count').textContent(),
    ).toBe('0');
    await page.keyboard.press('Escape');
    // A form is emptied after its event.
    await expect.poll(() => page.locator('.call:visible').count()).toBe(3);
    await page.close();
  });

  it('shows a directory’s calls, and opens a mark’s', async () => {
    const { page } = await open();
    await page.locator('.map.wide .dir.coupled[data-directory="jobs"]').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.call:visible .where').allTextContents()).toEqual([
      expect.stringContaining('jobs/nightly.ts'),
    ]);
    await page.locator('.map.wide [data-directory="app/ask"] path').click();
    const opened = page.locator('.call[open]');
    expect(await opened.locator('pre').first().textContent()).toContain('responses.create');
    await page.close();
  });

  it('moves by keys, searches, and opens the call that an address names', async () => {
    const { page } = await open();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const id = (await page.locator('.call[open]').getAttribute('id')) ?? '';
    await page.keyboard.press('/');
    await page.keyboard.type('nightly');
    expect(await page.locator('.call:visible').count()).toBe(1);
    await page.close();
    const again = await open({ hash: `#${id}` });
    expect(await again.page.locator('.call[open]').getAttribute('id')).toBe(id);
    await again.page.close();
  });

  it('makes links of lines, of an address and of nothing else', async () => {
    const { page } = await open();
    const source = page.getByLabel('open lines at');
    await page.locator('.call summary').first().click();
    const place = page.locator('.call[open] .place').first();
    await source.fill('javascript:alert(1)//');
    expect(await place.getAttribute('href')).toBeNull();
    await source.fill('https://example.org/blob/main');
    expect(await place.getAttribute('href')).toMatch(
      /^https:\/\/example\.org\/blob\/main\/.+#L\d+$/,
    );
    await page.close();
  });

  it.each([390, 760, 1280, 2560])('fits a screen of %i pixels', async (width) => {
    const { page } = await open({ width });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await page.close();
  });

  it.each([false, true])('can be read, dark: %s', async (dark) => {
    const { page } = await open({ dark });
    await page.locator('.call summary').first().click();
    expect(await page.evaluate(lowContrast, 4.5)).toEqual([]);
    await page.close();
  });
});
