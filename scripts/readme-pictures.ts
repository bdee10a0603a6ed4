/**
 * Makes the pictures of the README: runs the whole fabric (`selvedge up`) in a directory of its
 * own, whose journey fills every table, and takes pictures of what a person then sees.
 *
 * `node scripts/run.mjs scripts/readme-pictures.ts [PORT]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launchBrowser } from './browser.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs/images');
const firstDevice = 20;

const port = Number(process.argv[2] ?? 7400);
const data = await mkdtemp(join(tmpdir(), 'readme-pictures-'));
const browser = await launchBrowser();
const fabric = startFabric();
try {
  await saysConsole(fabric);
  await mkdir(images, { recursive: true });
  const hub = `http://127.0.0.1:${port}/`;
  const agent = `http://127.0.0.1:${port + firstDevice + 2}/`;
  await picture(hub, 'console-light.png', 'light');
  await picture(hub, 'console-dark.png', 'dark');
  await picture(agent, 'agent-light.png', 'light');
  await picture(agent, 'agent-dark.png', 'dark');
  await picture(await report(), 'report-light.png', 'light');
} finally {
  await browser.close();
  fabric.kill('SIGTERM');
  await new Promise((resolve) => fabric.once('close', resolve));
  await rm(data, { recursive: true, force: true });
}

function startFabric(): ChildProcess {
  const args = ['apps/cli/src/main.ts', 'up', '--data', data, '--port', String(port)];
  return spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The page of the guide to the forge, made of the sample as the guide does. */
async function report(): Promise<string> {
  const [sample, out] = [join(data, 'glyphs'), join(data, 'build')];
  const { makeSampleFamily } = await import('../examples/glyphs/src/index.ts');
  await makeSampleFamily(sample);
  const sets = ['--calibration', join(sample, 'calibration'), '--eval', join(sample, 'eval')];
  const asked = ['--max-drop', '0.01', '--compression', 'prune,cluster', '--quiet'];
  const args = [join(sample, 'large.onnx'), '--out', out, ...sets, ...asked];
  const build = spawn(process.execPath, ['apps/cli/src/main.ts', 'build', ...args], { cwd: root });
  await new Promise((resolve) => build.once('close', resolve));
  return pathToFileURL(join(out, 'report.html')).href;
}

/** Resolves when the journey is over and the fabric stands. */
function saysConsole({ stdout }: ChildProcess): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('console  http')) resolve();
    });
    stdout?.once('close', () => reject(new Error('the fabric ended before it stood')));
  });
}

async function picture(url: string, name: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    colorScheme,
    deviceScaleFactor: 1.5,
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.screenshot({ path: join(images, name), fullPage: true });
  await page.close();
}
