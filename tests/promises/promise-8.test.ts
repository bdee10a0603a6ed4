/**
 * Promise 8: every figure says where it comes from: measured here, calibrated, or estimated. A
 * real build, its signed release, what the hub, a device and the command line say of it. Each
 * number either stands beside its provenance or is listed here as no figure, with the reason, so
 * that a number that somebody adds has to be one or the other.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, openAgent } from '@selvedge/agent';
import { type Chip, catalogue, profileOf, selectVariant } from '@selvedge/core/device';
import type { Release } from '@selvedge/core/release';
import { type Edge, startEdge } from '@selvedge/edge';
import { type Hub, startHub } from '@selvedge/hub';
import { makeTensor } from '@selvedge/infer/engine';
import { openTrust } from '@selvedge/node/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere } from '../support/cli-here.ts';
import { type FigureRules, unsourced, withoutOneProvenance } from '../support/figures.ts';
import { sampleBlueprint } from '../support/sample-blueprint.ts';

const family = 'selvedge/glyphs';
let dir: string;
let hub: Hub;
let edge: Edge;
let agent: Agent;
let release: Release;
const at = (name: string) => join(dir, name);

async function selvedge(...args: string[]): Promise<Record<string, unknown>> {
  const { code, json, stderr } = await cliHere([...args, '--json', '--quiet']);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return json;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'promise-8-'));
  await selvedge('build', await sampleBlueprint(at('sample')), '--fix', '--out', at('build'));
  hub = await startHub({ dataDir: at('hub'), port: 0, dev: true, logLevel: 'silent' });
  await selvedge('keys', 'init', '--out', at('keys'));
  await selvedge('publish', at('build'), '--hub', hub.url, '--keys', at('keys'));
  const trustRoot = at('keys/root.json');
  const trust = await openTrust({ dir: at('trust'), origins: [hub.url], trustRoot });
  await trust.refresh();
  release = (await trust.release(family, '1.0.0'))!;
  edge = await startEdge({
    upstream: hub.url,
    dataDir: at('edge'),
    port: 0,
    inferPort: 0,
    pollSeconds: 0,
    logLevel: 'silent',
  });
  await edge.poll();
  agent = await openAgent({
    hub: hub.url,
    edge: edge.url,
    dataDir: at('agent'),
    trustRoot,
    emulate: 'flagship-2026',
    pollSeconds: 0,
  });
  await agent.poll();
});

afterAll(async () => {
  await agent?.close();
  await edge?.close();
  await hub?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Holds for the document; and would not, if any provenance were gone or a bare number came. */
function expectSourced(document: object, rules: FigureRules): void {
  expect(unsourced(document, rules)).toEqual([]);
  let copies = 0;
  for (const [path, copy] of withoutOneProvenance(document)) {
    expect([path, unsourced(copy, rules).length > 0]).toEqual([path, true]);
    copies += 1;
  }
  expect(copies).toBeGreaterThan(0);
  expect(unsourced({ ...document, extra: { speedup: 2 } }, rules)).toContain('extra.speedup');
}

const counted = 'counted';
const authored = 'stated by the author';
const workload = (path: string) => ({
  [`${path}.macs`]: counted,
  [`${path}.nodes`]: counted,
  [`${path}.weightBytes`]: counted,
  [`${path}.activationBytes`]: counted,
  [`${path}.kernels.*.*`]: counted,
  [`${path}.peakMemoryBytes`]: 'an upper bound, counted from the graph',
});
const specs = (at: string) => ({
  [`${at}inputs[].shape[]`]: 'a shape',
  [`${at}outputs[].shape[]`]: 'a shape',
});
const inRelease = (at = ''): Record<string, string> => ({
  ...specs(at),
  [`${at}index.size`]: counted,
  [`${at}variants[].opset`]: 'a version',
  [`${at}variants[].bytes`]: counted,
  [`${at}variants[].manifest.size`]: counted,
  ...workload(`${at}variants[].workload`),
});

describe('promise 8: every figure says where it comes from', () => {
  it('in the report of a build', async () => {
    const report = JSON.parse(await readFile(at('build/report.json'), 'utf8'));
    expectSourced(report, {
      exact: {
        ...specs(''),
        'model.*': counted,
        'sources.*.*': counted,
        'evaluation.samples': counted,
        'bars.*.*': authored,
        'asked.*.budget.*': authored,
        'toolchain.engine.threads': 'a setting',
        'variants[].opset': 'a version',
        'variants[].bytes': counted,
        'variants[].golden.bytes': counted,
        'variants[].compression.stored.*': counted,
        'variants[].compression.sent.*': 'counted, of the bytes that the named codec makes',
        'variants[].fallback.*': 'counted, by the operator list that is named',
        'variants[].fallbacks[].*': 'counted, by the operator list that is named',
        ...workload('variants[].workload'),
      },
    });
    const text = await readFile(at('build/report.md'), 'utf8');
    const cells = text
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => line.split('|'));
    const figures = cells.filter((cell) => /\d ?(ms|µs|%|dB)/.test(cell));
    expect(figures.length).toBeGreaterThan(20);
    for (const figure of figures) expect(figure).toMatch(/[●◐○]/);
  });

  it('in the signed release', () => {
    expect(release.variants).toHaveLength(4);
    for (const { quality, latency } of release.variants) {
      expect(quality?.provenance).toBe('measured');
      expect(latency.length).toBeGreaterThan(0);
    }
    expectSourced(release, { exact: inRelease() });
  });

  it('in the catalogue, with its document, how far to trust it, and what a rate counts', async () => {
    const { targets } = (await selvedge('targets')) as { targets: Chip[] };
    expect(targets).toEqual(catalogue);
    expect(unstated(targets)).toEqual([]);
    const exact = { 'targets[].engines[].opset': 'a version', 'targets[].units[].cores': counted };
    expectSourced({ targets }, { exact });
    const text = await cliHere(['targets', 'intel-lunar-lake']);
    expect(text.stdout).toMatch(/peak int8 +48 TOPS dense +○ +published +Intel/);
    for (const key of ['source', 'confidence', 'provenance', 'sparsity']) {
      const mutated = structuredClone(targets);
      delete (mutated[3]!.units[0]!.tops.int8 as unknown as Record<string, unknown>)[key];
      expect(unstated(mutated)).toEqual([`3.units.0.tops.int8 has no ${key}`]);
    }
  });

  it('in what the emulator predicts', async () => {
    const model = at('build/variants/device-fp32.onnx');
    const emulated = await selvedge('emulate', model, '--target', 'midrange-2021');
    expect(emulated.provenance).toBe('estimated');
    const { here, ...predicted } = emulated;
    expectSourced({ predicted }, { whole: ['predicted'] });
    expectSourced({ here }, {});
  });

  it('in what the hub answers', async () => {
    const ask = async (path: string) => (await fetch(`${hub.url}/api/v1/${path}`)).json();
    await agent.poll();
    expectSourced(await ask(`families/${family}/releases/1.0.0`), {
      exact: { ...inRelease('release.'), 'installed[].devices': counted },
    });
    expectSourced(await ask(`devices/${agent.device}`), {
      whole: ['profile'],
      exact: { sequence: 'a sequence' },
    });
    const bare = { families: await ask('families'), family: await ask(`families/${family}`) };
    expect(
      unsourced(
        { ...bare, devices: await ask('devices'), counts: await ask('counts') },
        {
          exact: {
            'family.installed[].devices': counted,
            'family.policy.objective.*': authored,
            'devices.total': counted,
            'devices.devices[].sequence': 'a sequence',
            'counts.counts[].count': counted,
          },
        },
      ),
    ).toEqual([]);
  });

  it('in the trace of a decision, answered on the device or elsewhere, and in a device’s state', async () => {
    const image = makeTensor('float32', [1, 1, 20, 20], new Float32Array(400));
    const rules: FigureRules = { exact: { 'request.*': 'what was asked for' } };
    for (const minQuality of [0.5, 0.92]) {
      const { decision } = await agent.infer(family, { image }, { minQuality, labels: ['public'] });
      const place = minQuality > 0.9 ? 'edge' : 'device';
      const [provenance, engine] = ['measured', place === 'edge' ? 'measured' : 'calibrated'];
      expect(decision).toMatchObject({ tier: place, provenance, computed: { provenance: engine } });
      expectSourced(decision, rules);
    }
    expectSourced(agent.state(), { whole: ['profile'], exact: specs('families[].') });
  });
});

describe('the figures decide', () => {
  const chosenOn = (target: string | Chip) =>
    selectVariant(release, 'device', profileOf(target)).chosen;

  it('what the devices of the journey take, which is not the same for all', () => {
    const targets = ['flagship-2026', 'intel-lunar-lake', 'midrange-2021'];
    expect(targets.map(chosenOn)).toEqual(['device-fp16', 'device-fp16', 'device-fp32']);
  });

  it('and one figure of the catalogue that changes, changes a choice of the journey', () => {
    const chip = catalogue.find(({ id }) => id === 'flagship-2026')!;
    const [npu, ...others] = chip.units;
    const waiting = { ...npu!.waitPower!, value: 5 };
    const hungry = { ...chip, units: [{ ...npu!, waitPower: waiting }, ...others] };
    expect([chosenOn(chip), chosenOn(hungry)]).toEqual(['device-fp16', 'device-fp32']);

    const phone = catalogue.find(({ id }) => id === 'midrange-2021')!;
    const [cpu] = phone.units;
    const fp32 = { ...cpu!.tops.fp32!, value: cpu!.tops.fp32!.value / 10 };
    const slow = { ...phone, units: [{ ...cpu!, tops: { ...cpu!.tops, fp32 } }] };
    expect([chosenOn(phone), chosenOn(slow)]).toEqual(['device-fp32', 'device-fp16']);
  });

  it('and the reason says which ones did, with their units', () => {
    const { reason } = selectVariant(release, 'device', profileOf('flagship-2026'));
    expect(reason).toMatch(
      /^device-fp16 takes 0\.\d+ ms and 0\.\d+ mJ on the NPU \(qnn\), calibrated, mostly to start the run and its operators; preferred to device-fp32 for its energy \(0\.\d+ against 0\.\d+ mJ\).*, in spite of its time \(0\.\d+ against 0\.\d+ ms\)$/,
    );
  });
});

/** What figures of the catalogue do not state. */
function unstated(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!('value' in value)) {
    return Object.entries(value).flatMap(([key, inner]) => unstated(inner, [...path, key]));
  }
  const figure = value as Record<string, unknown>;
  const allowed: Record<string, RegExp> = {
    unit: /./,
    source: /.{6,}/,
    confidence: /^(published|derived|assumed)$/,
    provenance: /^(measured|calibrated|estimated)$/,
    ...(figure.unit === 'TOPS' && { sparsity: /^(dense|sparse)$/ }),
  };
  return Object.entries(allowed)
    .filter(([key, pattern]) => !pattern.test(String(figure[key] ?? '')))
    .map(([key]) => `${path.join('.')} has no ${key}`);
}
