/**
 * The journey without `up`: a hub, an edge and agents, each a process of its own with a directory
 * of its own, as they would run on three machines. (docs/guides/first-journey.md, which
 * tests/e2e/docs.test.ts runs, is the same with the sample family.)
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentProcess, type Finished, runCli } from '../support/agent-process.ts';
import { sampleBlueprint } from '../support/sample-blueprint.ts';

let dir: string;
let hub: string;
let edge: string;
const servers: AgentProcess[] = [];
const at = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'by-hand-'));
});

afterAll(async () => {
  for (const server of servers) await server.kill();
  await rm(dir, { recursive: true, force: true });
});

const selvedge = (...args: string[]): Promise<Finished> => runCli([...args, '--json']).finished;

/** Starts a server; resolves with what it prints once it listens. */
function serve(...args: string[]): Promise<Record<string, unknown>> {
  const server = runCli([...args, '--json', '--quiet']);
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.child.stdout?.once('data', (chunk) => resolve(JSON.parse(String(chunk))));
    void server.finished.then(({ stderr }) => reject(new Error(stderr)));
  });
}

const agentOnce = (name: string, target: string) =>
  selvedge(
    ...['agent', '--once', '--hub', hub, '--edge', edge, '--data', at(name)],
    ...['--trust-root', at('keys/root.json'), '--emulate', target],
  );

describe('by hand', () => {
  it('a family is built, and published to a hub that is for development', async () => {
    const blueprint = await sampleBlueprint(at('sample'));
    const built = await selvedge('build', blueprint, '--fix', '--out', at('build'));
    expect({ code: built.code, stderr: built.stderr }).toMatchObject({ code: 0 });
    hub = String((await serve('hub', '--data', at('hub'), '--port', '0', '--dev')).url);
    expect((await selvedge('keys', 'init', '--out', at('keys'))).code).toBe(0);
    const published = await selvedge('publish', at('build'), '--hub', hub, '--keys', at('keys'));
    expect(published).toMatchObject({ code: 0, json: { version: '1.0.0', changed: true } });
  });

  it('an edge stands in front of the hub', async () => {
    const answer = await serve(
      ...['edge', '--upstream', hub, '--data', at('edge'), '--port', '0', '--infer-port', '0'],
      ...['--trust-root', at('keys/root.json'), '--region', 'hall'],
    );
    edge = String(answer.url);
    await until(async () => (await fetch(`${answer.inferUrl}/v2/health/ready`)).ok);
  });

  it('two devices choose for themselves, and get their bytes through the edge', async () => {
    const [one, two] = await Promise.all([
      agentOnce('device-1', 'flagship-2026'),
      agentOnce('device-2', 'midrange-2021'),
    ]);
    for (const { code, stderr, json } of [one, two]) {
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain(`from ${edge}`);
      expect(json).toMatchObject({
        installed: [{ family: 'selvedge/glyphs', version: '1.0.0', state: 'committed' }],
        refused: [],
      });
    }
    const variantOf = ({ json }: Finished) => (json.installed as { variant: string }[])[0]?.variant;
    expect(variantOf(one)).not.toBe(variantOf(two));
  });

  it('a second round finds nothing new and transfers nothing', async () => {
    const again = await agentOnce('device-1', 'flagship-2026');
    expect(again).toMatchObject({ code: 0, json: { transferred: { bytes: 0 } } });
  });

  it('the hub knows both, and each program kept to its own directory', async () => {
    const fleet = await selvedge('fleet', 'list', '--hub', hub);
    expect(fleet.json).toMatchObject({ total: 2 });
    expect((await readdir(dir)).sort()).toEqual(
      ['build', 'device-1', 'device-2', 'edge', 'hub', 'keys', 'sample'].sort(),
    );
  });

  it('a device whose root of trust is missing says so, and installs nothing', async () => {
    const root = at('no-root.json');
    const stranger = await selvedge(
      ...['agent', '--once', '--hub', hub, '--data', at('stranger'), '--trust-root', root],
    );
    expect(stranger).toMatchObject({ code: 2, json: { error: { code: 'not-found' } } });
    expect(stranger.stderr).toMatch(/^selvedge: not-found: .*no-root\.json does not exist: .+\n$/);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await new Promise((done) => setTimeout(done, 100));
}
