import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFromBlueprint } from '../../packages/forge/src/policy/index.ts';
import { cliHere } from '../support/cli-here.ts';

const runCli = (...args: string[]) => cliHere(args);

let dir: string;
const at = (name: string) => join(dir, name);
const files = {
  'policy.yaml': `apiVersion: selvedge.dev/v1
kind: Policy
labels: { personal: device }
rules:
  - id: save-battery
    when: has(device.battery) && device.battery < 0.2
    require: candidate.tier != "device"
`,
  'policy.json': JSON.stringify({
    ...policyFromBlueprint({ family: 'acme/glyphs' }),
    futureKey: 1,
  }),
  'request.json': JSON.stringify({ family: 'acme/glyphs', labels: ['personal'] }),
  'facts.yaml': `device: { battery: 0.5 }
candidates:
  - { id: device/int8, tier: device, predictedMs: 2, provenance: estimated, quality: 0.9, available: true }
  - { id: edge/eu-1, tier: edge, predictedMs: 12, provenance: measured, quality: 0.97, available: true }
`,
  'wrong-request.json': JSON.stringify({ family: 'acme/glyphs', labels: [], deadlineMS: 3 }),
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'selvedge-route-'));
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
});
afterAll(() => rm(dir, { recursive: true }));

const explain = (policy: string, request = 'request.json', ...more: string[]) =>
  runCli(
    'route',
    'explain',
    '--policy',
    at(policy),
    '--request',
    at(request),
    '--facts',
    at('facts.yaml'),
    ...more,
  );

describe('route explain', () => {
  it('prints the plan and who refused what', async () => {
    const { code, stdout } = await explain('policy.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('1  device/int8  device     2 ms ○');
    expect(stdout).toContain(
      'edge/eu-1 refused: label "personal" may not go that far (rule privacy-personal)',
    );
  });

  it.each(['policy.yaml', 'policy.json'])(
    'prints one JSON document with the keys scripts rely on, from %s',
    async (policy) => {
      const { code, stdout } = await explain(policy, 'request.json', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        plan: [
          {
            candidate: 'device/int8',
            tier: 'device',
            predictedMs: 2,
            cost: 0,
            score: expect.any(Number),
          },
        ],
        rejected: [{ candidate: 'edge/eu-1', code: 'privacy', rule: 'privacy-personal' }],
        policy: at(policy),
      });
    },
  );

  it('refuses bad input in one line, exit 2', async () => {
    const { code, stderr } = await explain('policy.yaml', 'wrong-request.json');
    expect(code).toBe(2);
    expect(stderr.trimEnd()).toBe(
      `selvedge: bad-document: ${at('wrong-request.json')}: unknown key "deadlineMS": did you mean "deadlineMs"?`,
    );
    expect(await explain('none.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^selvedge: bad-input: .*none\.yaml cannot be read: .*\n$/),
    });
  });
});

describe('targets', () => {
  it('lists every target with figures that say where they come from', async () => {
    const { code, stdout } = await runCli('targets');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^target +chip/);
    expect(stdout).toMatch(/^flagship-2026 .* npu \(qnn\) +45 TOPS dense int8 ○/m);
    expect(stdout).toContain('● measured  ◐ calibrated  ○ estimated');
  });

  it('shows one target with the source of each figure', async () => {
    const { stdout } = await runCli('targets', 'midrange-2021');
    expect(stdout).toContain('android arm64; onnxruntime 1.30, up to opset 26');
    expect(stdout).toMatch(/cpu +peak fp32 +70.4 GOPS dense +○ +derived +2 Cortex-A78/);
  });

  it('gives the catalogue to programs', async () => {
    const { stdout } = await runCli('targets', '--json');
    const { targets } = JSON.parse(stdout) as { targets: { id: string }[] };
    expect(targets.map(({ id }) => id)).toContain('browser-wasm');
  });

  it('names the nearest target when asked for one there is not, exit 2', async () => {
    const { code, stderr } = await runCli('targets', 'flagship-2025');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'selvedge: not-found: no target "flagship-2025" in the catalogue: did you mean "flagship-2026"?\n',
    );
  });
});
