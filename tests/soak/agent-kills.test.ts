/**
 * Promise 1 at length: a device is killed a thousand times at random moments while release after
 * release reaches it. `SELVEDGE_SOAK_KILLS` and `SELVEDGE_SOAK_SEED` repeat a shorter or an earlier run.
 */
import { openAgent } from '@selvedge/agent';
import { expect, it } from 'vitest';
import { runAgentChild } from '../support/agent-process.ts';
import { tamperProxy } from '../support/tamper-proxy.ts';
import { family, tinyFabric } from '../support/tiny-fabric.ts';
import { tinyInput } from '../support/tiny-release.ts';

const kills = Number(process.env.SELVEDGE_SOAK_KILLS ?? 1000);
const seed = Number(process.env.SELVEDGE_SOAK_SEED ?? Date.now() % 1_000_000);

it(`${kills} random kills leave a device that answers (seed ${seed})`, async () => {
  const random = mulberry32(seed);
  const fabric = await tinyFabric();
  const proxy = await tamperProxy(fabric.hub.url);
  const dataDir = await fabric.agentDir();
  const states = new Map<string, number>();
  let latest = 1;
  let standing = 1;
  try {
    await fabric.publish('1.0.0', [{ scale: 1 }]);
    await runAgentChild(proxy.url, dataDir).finished;
    for (let kill = 0; kill < kills; kill++) {
      if (standing === latest) {
        latest += 1;
        await fabric.publish(`${latest}.0.0`, [{ scale: latest, padding: 2_000_000 }]);
      }
      // From the first request on: the transfer takes between a tenth of a second and two.
      proxy.bytesPerSecond = 1_000_000 + random() * 20_000_000;
      const agent = runAgentChild(proxy.url, dataDir);
      await Promise.race([agent.finished, proxy.nextRequest().then(() => pause(random() * 1_200))]);
      await agent.kill();

      const found = await look(dataDir);
      const at = `kill ${kill}, seed ${seed}`;
      expect(found.reported, at).toEqual([`${found.major}.0.0 committed`]);
      expect(found.answer, at).toBe(found.major);
      expect(found.major, at).toBeGreaterThanOrEqual(standing);
      states.set(found.attempt, (states.get(found.attempt) ?? 0) + 1);
      standing = found.major;
    }
    console.log(
      `${kills} kills, ${latest} releases, seed ${seed}; killed in:`,
      Object.fromEntries(states),
    );
    expect(latest).toBeGreaterThan(kills / 20);
    expect(states.get('fetching') ?? 0).toBeGreaterThan(kills / 20);
  } finally {
    await proxy.close();
    await fabric.close();
  }
});

/** What stands on the disk, without a network. */
async function look(dataDir: string) {
  const agent = await openAgent({ hub: 'http://127.0.0.1:9', dataDir, pollSeconds: 0 });
  try {
    const { outputs, decision } = await agent.infer(family, tinyInput());
    const reported = agent.state().installed.map(({ version, state }) => `${version} ${state}`);
    return {
      answer: (outputs.y!.data as Float32Array)[0],
      major: Number(decision.version?.split('.')[0]),
      reported,
      attempt: agent.state().underWay.find((entry) => entry.family === family)?.state ?? 'none',
    };
  } finally {
    await agent.close();
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A small seeded generator (Tommy Ettinger's mulberry32). */
function mulberry32(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
