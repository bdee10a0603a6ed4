import { readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  diskError,
  isMissing,
  makeDirectory,
  syncDirectory,
  writeDurably,
} from '@selvedge/node/store';

/** A file to publish: its path under `/trust/`, percent-encoded like its URL, and its content. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

interface Planned extends NewFile {
  /** Whether there was no such file before: it goes again when the change fails. */
  readonly added: boolean;
}

/** The change under way, beside the files. */
export const planName = 'plan.json';

/**
 * Writes files as one change: first all of them as one durable plan; then each in its order; then
 * the plan goes. The last one (the timestamp) makes the others current. When one before it fails,
 * what was written is taken back and the plan with it, so that a restart does not publish what a
 * client was told failed.
 *
 * @throws SelvedgeError `disk-full`, `io-failed`
 */
export async function publishPlanned(dir: string, change: readonly NewFile[]): Promise<void> {
  const planned: Planned[] = [];
  for (const file of change) planned.push({ ...file, added: !(await isThere(dir, file.path)) });
  await writeDurably(join(dir, planName), JSON.stringify(planned.map(encode)));
  await carryOut(dir, planned);
}

/**
 * Completes the change that a crash interrupted. One that cannot be completed is taken back: its
 * client never heard that it was published.
 */
export async function completePlan(dir: string): Promise<void> {
  const planned = await readPlan(join(dir, planName));
  if (!planned) return;
  await carryOut(dir, planned).catch(async (caught) => {
    if (await isThere(dir, planName)) throw caught;
  });
}

async function carryOut(dir: string, planned: readonly Planned[]): Promise<void> {
  try {
    for (const { path, bytes } of planned) {
      const target = join(dir, path);
      await makeDirectory(dirname(target)).catch((caught) => {
        throw diskError(caught, `make the directory of ${target}`);
      });
      await writeDurably(target, bytes, { mode: 0o644 });
    }
  } catch (caught) {
    if (!(await isInPlace(dir, planned.at(-1)))) {
      await takeBack(dir, planned);
      throw caught;
    }
    // Current already, if perhaps not durably so: the plan stays for the next start.
    return;
  }
  await rm(join(dir, planName), { force: true });
}

async function takeBack(dir: string, planned: readonly Planned[]): Promise<void> {
  for (const { path, added } of planned) {
    if (added && (await isThere(dir, path))) await rm(join(dir, path));
  }
  await rm(join(dir, planName), { force: true });
  await syncDirectory(dir);
}

async function isInPlace(dir: string, last: NewFile | undefined): Promise<boolean> {
  if (!last) return true;
  const bytes = await readFile(join(dir, last.path)).catch(() => undefined);
  return bytes?.equals(last.bytes) ?? false;
}

const isThere = (dir: string, path: string): Promise<boolean> =>
  stat(join(dir, path)).then(
    (found) => found.isFile(),
    () => false,
  );

const encode = ({ path, bytes, added }: Planned) => ({
  path,
  base64: Buffer.from(bytes).toString('base64'),
  added,
});

async function readPlan(plan: string): Promise<Planned[] | undefined> {
  try {
    const entries = JSON.parse(await readFile(plan, 'utf8')) as ReturnType<typeof encode>[];
    return entries.map(({ path, base64, added }) => ({
      path,
      bytes: Buffer.from(base64, 'base64'),
      added: added === true,
    }));
  } catch (caught) {
    if (isMissing(caught)) return undefined;
    throw diskError(caught, `read ${plan}`);
  }
}
