/**
 * Takes a picture of a page: `node scripts/run.mjs scripts/screenshot.ts URL FILE.png [--width N]
 * [--height N] [--dark] [--whole]`. The README's pictures are made by it.
 */
import { parseArgs } from 'node:util';
import { launchBrowser } from './browser.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1440' },
    height: { type: 'string', default: '900' },
    dark: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
  },
});
const [url, file] = positionals;
if (!url || !file) {
  process.stderr.write('selvedge: usage: screenshot.ts URL FILE.png\n');
  process.exit(2);
}

const browser = await launchBrowser();
try {
  const page = await browser.newPage({
    locale: 'en-US',
    viewport: { width: Number(values.width), height: Number(values.height) },
    colorScheme: values.dark ? 'dark' : 'light',
    deviceScaleFactor: 1,
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.screenshot({ path: file, fullPage: values.whole });
} finally {
  await browser.close();
}
