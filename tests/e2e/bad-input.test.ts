/**
 * What is wrong from outside, through the real command line: one clear line, its exit code, and
 * nothing half written. A disk that fills while an agent fetches is in tests/faults/agent.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDataset } from '@selvedge/forge/dataset';
import { initKeys } from '@selvedge/forge/keys';
import { makeTensor } from '@selvedge/infer/engine';
import { concat, edit, graphBuilder, make, writeModel } from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../apps/cli/src/commands/index.ts';
import { type AgentProcess, type Finished, runCli } from '../support/agent-process.ts';
import { cliHere } from '../support/cli-here.ts';

let dir: string;
/** Answers everything with a page for people. */
let html: Server;
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const at = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bad-input-'));
  await writeModels();
  await writeBlueprints();
  const images = (count: number, size: number) => ({
    x: makeTensor('float32', [count, size], new Float32Array(count * size)),
  });
  await writeDataset(at('misshapen'), { inputs: images(4, 5), labels: [0, 1, 2, 3] });
  await writeDataset(at('nothing'), { inputs: images(0, 4), labels: [] });
  await mkdir(at('no-files'));
  await writeDataset(at('whole-set'), { inputs: images(4, 4), labels: [0, 1, 2, 3] });
  await makePipes();
  html = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in'),
  );
  await new Promise<void>((resolve) => html.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  html.close();
  await rm(dir, { recursive: true, force: true });
});

async function makePipes(): Promise<void> {
  for (const name of ['set', 'keys', 'build', 'rules']) await mkdir(at(`piped-${name}`));
  const names = ['pipe.onnx', 'pipe.yaml', 'pipe.npz', 'pipe.mjs', 'pipe.json', 'piped-set/x.npy'];
  const others = ['piped-keys/root.pem', 'piped-build/report.json', 'piped-rules/a.yaml'];
  execFileSync('mkfifo', [...names, ...others].map(at));
}

/** `selvedge ARGS --json`, which must end within its test's time. */
const selvedge = (args: readonly string[]): Promise<Finished> =>
  runCli([...args, '--json', '--quiet']).finished;

function expectRefusal(finished: Finished, exit: number, code: string, says: RegExp): void {
  const { stderr, stdout } = finished;
  expect({ exit: finished.code, stderr }).toMatchObject({ exit });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(new RegExp(`^selvedge: ${code}: .+: .+\\n$`));
  expect(stderr).toMatch(says);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code,
      message: expect.any(String),
      hint: expect.stringMatching(/./),
      details: expect.any(Object),
    },
  });
}

describe.concurrent('emulate refuses', () => {
  it('a model in a precision that no processor of the target has', async () => {
    const args = ['emulate', at('good.onnx'), '--target', 'ethos-u55'];
    const says = /good\.onnx: it computes in fp32, ethos-u55 in int8: build .* --precision int8/;
    expectRefusal(await selvedge(args), 2, 'bad-input', says);
  });
});

describe.concurrent('build refuses', () => {
  const cases: [string, string, string[], string, RegExp][] = [
    [
      'what is no ONNX file',
      'text.onnx',
      [],
      'bad-model',
      /text\.onnx is text: expected an ONNX model/,
    ],
    ['a truncated model', 'cut.onnx', [], 'bad-model', /cut\.onnx: .*announced and .* left/],
    ['an empty file', 'empty.onnx', [], 'bad-model', /empty\.onnx is empty/],
    ['a model that is not there', 'no.onnx', [], 'not-found', /no\.onnx does not exist/],
    [
      'a model without its external data',
      'apart.onnx',
      [],
      'bad-model',
      /apart\.onnx.*weights\.bin/,
    ],
    [
      'a blueprint with an unknown key',
      'key.yaml',
      [],
      'bad-document',
      /key\.yaml.*"qualty".*"quality"/,
    ],
    [
      'a blueprint whose source is missing',
      'source.yaml',
      [],
      'not-found',
      /gone\.onnx does not exist/,
    ],
    ['a bar above 1', 'bar.yaml', [], 'bad-document', /bar\.yaml.*quality\.min.*at most 1/],
    [
      'a blueprint for an unknown target',
      'target.yaml',
      [],
      'bad-document',
      /did you mean "midrange-2021"/,
    ],
    ['a compression that nothing judges', 'good.onnx', ['--compression=prune'], 'usage', /--eval/],
    ['what is no YAML', 'broken.yaml', [], 'bad-document', /broken\.yaml/],
    [
      'an evaluation set whose shape does not fit',
      'good.onnx',
      ['--eval', 'misshapen'],
      'bad-dataset',
      /x\.npy/,
    ],
    [
      'an evaluation set without samples',
      'good.onnx',
      ['--eval', 'nothing'],
      'bad-dataset',
      /x\.npy|nothing/,
    ],
    [
      'an evaluation set without files',
      'good.onnx',
      ['--eval', 'no-files'],
      'bad-dataset',
      /x\.npy/,
    ],
    [
      'an evaluation set that is not there',
      'good.onnx',
      ['--eval', 'gone'],
      'bad-dataset',
      /gone does not exist/,
    ],
  ];
  it.each(cases)('%s', async (_, input, flags, code, says) => {
    const out = at(`out of ${input} ${flags[1] ?? ''}`);
    const paths = flags.map((flag) => (flag.startsWith('--') ? flag : at(flag)));
    expectRefusal(await selvedge(['build', at(input), '--out', out, ...paths]), 2, code, says);
    expect(existsSync(out)).toBe(false);
  });
});

/** Whoever opens a pipe that nobody writes to waits for ever. */
describe.concurrent('a pipe is refused where a file is expected', () => {
  const cases: [string, string, string[]][] = [
    ['a model', 'bad-model', ['build', 'pipe.onnx', '--out', 'o']],
    ['a blueprint', 'bad-document', ['build', 'pipe.yaml', '--out', 'o']],
    ['a blueprint of a matrix', 'bad-document', ['matrix', 'pipe.yaml', '--out', 'o']],
    ['a policy', 'bad-document', ['build', 'piped-policy.yaml', '--out', 'o']],
    ['a data set', 'bad-dataset', ['build', 'good.onnx', '--out', 'o', '--eval', 'piped-set']],
    [
      'a calibration set',
      'bad-dataset',
      ['build', 'good.onnx', '--out', 'o', '--calibration', 'pipe.npz'],
    ],
    [
      'an input',
      'bad-dataset',
      ['emulate', 'good.onnx', '--target', 'midrange-2021', '--input', 'piped-set'],
    ],
    [
      'a metric',
      'bad-input',
      ['build', 'good.onnx', '--out', 'o', '--eval', 'whole-set', '--metric', 'pipe.mjs'],
    ],
    ['keys', 'bad-input', ['keys', 'init', '--out', 'piped-keys']],
    [
      'a report',
      'bad-input',
      ['publish', 'piped-build', '--hub', 'http://127.0.0.1:1', '--keys', 'k'],
    ],
    [
      'a request to explain',
      'bad-input',
      ['route', 'explain', '--policy', 'a.yaml', '--request', 'pipe.json', '--facts', 'a.json'],
    ],
    ['a baseline', 'bad-input', ['audit', 'no-files', '--baseline', 'pipe.json']],
    ['a rule', 'bad-input', ['audit', 'no-files', '--rules', 'piped-rules']],
    [
      'a device profile',
      'bad-input',
      ['agent', '--hub', 'http://127.0.0.1:1', '--data', 'a', '--profile', 'pipe.json'],
    ],
  ];
  it.each(cases)('%s', async (_, code, [command, ...args]) => {
    const isName = (arg: string, at: number) =>
      /^(piped?[-.]|good\.|whole-set|no-files)/.test(arg) ||
      ['--out', '--data', '--keys'].includes(args[at - 1] ?? '');
    const paths = args.map((arg, index) => (isName(arg, index) ? at(arg) : arg));
    expectRefusal(await selvedge([command!, ...paths]), 2, code, /is a pipe|is no regular file/);
  });
});

describe.concurrent('the command line refuses', () => {
  const cases: [string, string[], number, string, RegExp][] = [
    ['an unknown command', ['bild'], 2, 'usage', /unknown command 'bild' \(Did you mean build\?\)/],
    ['an unknown flag', ['targets', '--frobnicate'], 2, 'usage', /--frobnicate/],
    ['a missing flag', ['build', 'x.onnx'], 2, 'usage', /--out/],
    ['a group without its command', ['keys'], 2, 'usage', /keys|no command|--json/],
    [
      'an unknown target',
      ['targets', 'midrange-2012'],
      2,
      'not-found',
      /did you mean "midrange-2021"/,
    ],
    ['a port that is none', ['hub', '--data', 'never', '--port', '70000'], 2, 'usage', /70000/],
    ['devices that are no number', ['up', '--devices', 'three'], 2, 'usage', /three/],
  ];
  it.each(cases)('%s', async (_, args, exit, code, says) => {
    expectRefusal(await selvedge(args), exit, code, says);
  });
});

describe('a hub that answers HTML', () => {
  it('fails a publish with one line', async () => {
    await initKeys(at('keys'));
    const built = await selvedge([
      'build',
      at('good.onnx'),
      '--out',
      at('built'),
      '--precision',
      'fp32',
    ]);
    expect(built.code).toBe(0);
    const args = ['publish', at('built'), '--hub', urlOf(html), '--keys', at('keys')];
    expectRefusal(await selvedge(args), 3, 'bad-upstream', /HTML/);
  });

  it('fails a list, and an agent, which then has nothing half installed', async () => {
    const [list, agent] = await Promise.all([
      selvedge(['fleet', 'list', '--hub', urlOf(html)]),
      selvedge(['agent', '--once', '--hub', urlOf(html), '--data', at('agent-html')]),
    ]);
    expectRefusal(list, 3, 'bad-upstream', /HTML/);
    expect(agent).toMatchObject({
      code: 3,
      json: { installed: [], error: { code: 'bad-upstream' } },
    });
    expect(agent.stderr).toMatch(/^selvedge: bad-upstream: .*HTML.*\n$/);
  });
});

it.each([
  ['has no such page', 404, 'Not Found'],
  ['answers another document', 200, '{"hello": "world"}'],
])(
  'an agent whose hub %s says that no hub is there, in its document too',
  async (_, status, body) => {
    const stranger = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    try {
      const args = ['--hub', urlOf(stranger), '--data', at(`agent-${status}`), '--once', '--json'];
      const agent = await selvedge(['agent', ...args]);
      expect(agent).toMatchObject({
        code: 3,
        json: {
          device: expect.stringMatching(/^d-/),
          installed: [],
          error: { code: 'bad-upstream', message: expect.stringMatching(/^no hub answers at /) },
        },
      });
      expect(agent.stderr).toMatch(
        /^selvedge: bad-upstream: no hub answers at .+: check the hub's address\n$/,
      );
    } finally {
      stranger.close();
    }
  },
);

describe('with a hub, an edge and an agent running', () => {
  const running: AgentProcess[] = [];
  const started = new Map<string, { data: string; port: string; args: string[] }>();

  beforeAll(async () => {
    const hub = await start('hub', ['--dev']);
    const base = ['--hub', String(hub.url)];
    await start('edge', ['--upstream', String(hub.url), '--infer-port', '0']);
    await start('agent', base);
  });
  afterAll(async () => {
    await Promise.all(running.map((process) => process.kill()));
  });

  async function start(command: string, args: string[]) {
    const data = at(`${command}-data`);
    const process = runCli([command, '--data', data, '--port', '0', ...args, '--json', '--quiet']);
    running.push(process);
    const document = await firstDocument(process);
    started.set(command, { data, args, port: new URL(String(document.url)).port });
    return document;
  }

  it.each(['hub', 'edge', 'agent'])(
    'a second %s on the port is refused and leaves no process',
    async (command) => {
      const { args, port } = started.get(command)!;
      const other = at(`${command}-other`);
      const finished = await selvedge([command, '--data', other, '--port', port, ...args]);
      expectRefusal(finished, 3, 'port-in-use', new RegExp(port));
    },
  );

  it.each(['hub', 'edge', 'agent'])(
    'a second %s in the data directory is refused, not shared',
    async (command) => {
      const { args, data } = started.get(command)!;
      const finished = await selvedge([command, '--data', data, '--port', '0', ...args]);
      expectRefusal(finished, 3, 'data-in-use', new RegExp(`${command}-data`));
    },
  );

  it('none of those that run noticed', async () => {
    for (const { port } of started.values()) {
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    }
  });
});

describe('--help', () => {
  const groups = ['keys', 'release', 'fleet', 'route'];
  const plain = ['up', 'hub', 'edge', 'agent', 'build', 'inspect', 'targets', 'emulate', 'run'];
  const verdicts = ['matrix', 'audit'];
  const leaves = ['keys init', 'keys rotate', 'keys show', 'keys export', 'publish'];
  const more = ['release list', 'release show', 'release verify'];
  const most = ['fleet list', 'fleet show', 'route explain'];
  const all = ['', ...plain, ...verdicts, ...groups, ...leaves, ...more, ...most];
  it.each(all)('of "%s" has an example that names it', async (command) => {
    const { code, stdout } = await cliHere([...command.split(' ').filter(Boolean), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  selvedge ${command}`));
  });

  it('is looked at for every command there is', () => {
    const seen = new Set(all.map((name) => name.split(' ')[0]));
    expect(Object.keys(commands).filter((name) => !seen.has(name))).toEqual([]);
  });
});

/** The document that a server prints once it listens. */
function firstDocument({ child, finished }: AgentProcess): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(JSON.parse(text));
    });
    void finished.then(({ stderr }) => reject(new Error(stderr)));
  });
}

async function writeModels(): Promise<void> {
  const g = graphBuilder('double', { opset: 21 });
  const x = g.input('x', 'float32', [1, 4]);
  g.output(
    g.node('Mul', [x, g.constant('two', [4], Float32Array.of(2, 2, 2, 2))], {}, 'y'),
    'float32',
    [1, 4],
  );
  const model = g.build();
  const bytes = concat(writeModel(model));
  await writeFile(at('good.onnx'), bytes);
  await writeFile(at('cut.onnx'), bytes.subarray(0, bytes.length - 20));
  await writeFile(at('empty.onnx'), '');
  await writeFile(at('text.onnx'), 'To be or not to be.');
  const entry = (key: string, value: string) => make('StringStringEntryProto', { key, value });
  const initializer = (model.graph?.initializer ?? []).map((tensor) =>
    edit(tensor, {
      rawData: undefined,
      dataLocation: 1,
      externalData: [entry('location', 'weights.bin'), entry('length', '16')],
    }),
  );
  const apart = edit(model, { graph: edit(model.graph!, { initializer }) });
  await writeFile(at('apart.onnx'), concat(writeModel(apart)));
}

async function writeBlueprints(): Promise<void> {
  const blueprint = (tier: string) =>
    `apiVersion: selvedge.dev/v1\nkind: Blueprint\nfamily: a/b\nlicence: MIT\nversion: 1.0.0\ntiers:\n  device:\n    precisions: [fp32]\n${tier}`;
  const tiers = {
    key: '    source: good.onnx\n    qualty: { min: 0.5 }\n',
    source: '    source: gone.onnx\n',
    bar: '    source: good.onnx\n    quality: { min: 1.5 }\n',
    target: '    source: good.onnx\n    targets: [midrange-2012]\n',
    broken: '    source: [good.onnx\n',
    'piped-policy': '    source: good.onnx\npolicy: pipe.yaml\n',
  };
  for (const [name, tier] of Object.entries(tiers))
    await writeFile(at(`${name}.yaml`), blueprint(tier));
}
