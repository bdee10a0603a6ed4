import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataDir } from './data-dir.ts';

const root = await mkdtemp(join(tmpdir(), 'selvedge-data-'));
afterAll(() => rm(root, { recursive: true }));
const fresh = () => mkdtemp(join(root, 'd-'));

const hub = (layout = 1) => ({ kind: 'hub', layout });

/** A real process that owns the directory until it is killed. */
async function ownerProcess(dir: string) {
  const program = `
    import { openDataDir } from ${JSON.stringify(new URL('./data-dir.ts', import.meta.url).href)};
    await openDataDir(${JSON.stringify(dir)}, { kind: 'hub', layout: 1 });
    console.log('owned');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a data directory', () => {
  it('says what it is and which layout it has', async () => {
    const dir = join(await fresh(), 'a', 'b');
    const data = await openDataDir(dir, hub());
    expect(JSON.parse(await readFile(join(dir, 'version.json'), 'utf8'))).toEqual({
      kind: 'hub',
      layout: 1,
    });
    data.release();
  });

  it('is refused to a second opener in the same process, and given after release', async () => {
    const dir = await fresh();
    const first = await openDataDir(dir, hub());
    await expect(openDataDir(dir, hub())).rejects.toMatchObject({ code: 'data-in-use' });
    first.release();
    (await openDataDir(dir, hub())).release();
  });

  it('is refused while another process lives, and given once that was killed with -9', async () => {
    const dir = await fresh();
    const owner = await ownerProcess(dir);
    await expect(openDataDir(dir, hub())).rejects.toMatchObject({ code: 'data-in-use' });
    // A refused opener must not have loosened the owner's lock, as closing a file does with fcntl.
    await expect(openDataDir(dir, hub())).rejects.toMatchObject({ code: 'data-in-use' });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    (await openDataDir(dir, hub())).release();
  });

  it('belongs to one kind of program', async () => {
    const dir = await fresh();
    (await openDataDir(dir, { kind: 'agent', layout: 1 })).release();
    await expect(openDataDir(dir, hub())).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('is migrated step by step, and resumes after a step that failed', async () => {
    const dir = await fresh();
    (await openDataDir(dir, hub(1))).release();
    const steps: number[] = [];
    const migrate = async (_: string, from: number) => {
      steps.push(from);
      if (steps.length === 2) throw new Error('power cut');
    };
    await expect(openDataDir(dir, { ...hub(3), migrate })).rejects.toThrow('power cut');
    (await openDataDir(dir, { ...hub(3), migrate })).release();
    expect(steps).toEqual([1, 2, 2]);
  });

  it('is refused when a newer program wrote it, and lets go of the lock then', async () => {
    const dir = await fresh();
    (await openDataDir(dir, hub(2))).release();
    await expect(openDataDir(dir, hub(1))).rejects.toMatchObject({ code: 'bad-input' });
    (await openDataDir(dir, hub(2))).release();
  });

  it('is refused when its version file is damaged', async () => {
    const dir = await fresh();
    await writeFile(join(dir, 'version.json'), '{"kind":');
    await expect(openDataDir(dir, hub())).rejects.toMatchObject({ code: 'bad-document' });
  });
});
