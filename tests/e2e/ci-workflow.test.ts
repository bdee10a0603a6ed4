/** The example workflow is true: its steps run, as a runner would run them, beside a blueprint. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, graphBuilder, writeModel } from '@selvedge/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../support/doc-blocks.ts';
import { type DocShell, openDocShell } from '../support/doc-shell.ts';

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Record<string, string>;
}
interface Job {
  readonly strategy?: { readonly matrix: { readonly include: Record<string, string>[] } };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly env: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const text = readFileSync(`${repository}docs/guides/ci/selvedge.yml`, 'utf8');
const workflow = parse(text) as Workflow;

/** Each job as often as its matrix says. */
const runs = Object.entries(workflow.jobs).flatMap(([name, { strategy, steps }]) =>
  (strategy?.matrix.include ?? [{}]).map((values) => ({
    title: [name, ...Object.values(values)].join(' '),
    values,
    steps,
  })),
);

let shell: DocShell;
beforeAll(async () => {
  shell = await openDocShell();
  writeFileSync(join(shell.dir, 'model.onnx'), network());
  shell.write(
    'selvedge.yaml',
    `apiVersion: selvedge.dev/v1
kind: Blueprint
family: acme/network
version: 1.0.0
licence: Apache-2.0
tiers:
  device:
    source: model.onnx
    precisions: [fp32, fp16]
    targets: [cpu-x64, apple-m4]
    budget: { maxFallback: 0 }
`,
  );
});
afterAll(() => shell.close());

function network(): Uint8Array {
  const g = graphBuilder('network', { opset: 17 });
  const x = g.input('x', 'float32', [1, 3, 16, 16]);
  const w = g.constant('w', [8, 3, 3, 3], new Float32Array(216).fill(0.1));
  const a = g.node('Relu', [g.node('Conv', [x, w], { kernel_shape: [3, 3] })]);
  g.output(g.node('GlobalAveragePool', [a], {}, 'y'), 'float32', [1, 8, 1, 1]);
  return concat(writeModel(g.build()));
}

/** What a runner puts in the place of `${{ … }}`. */
const filled = (value: string, values: Record<string, string>): string =>
  value.replace(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
    if (name === 'github.workspace') return shell.dir;
    const found = values[name.replace(/^matrix\./, '')];
    if (found === undefined) throw new Error(`nothing is known of ${name}`);
    return found;
  });

async function follow({ steps, values }: (typeof runs)[number]): Promise<void> {
  // Everything is installed here already.
  for (const { run, env = {} } of steps) {
    if (run === undefined || run === 'npm ci') continue;
    const all = { ...workflow.env, ...env, GITHUB_STEP_SUMMARY: join(shell.dir, 'summary.md') };
    const set = Object.entries(all).map(
      ([name, value]) => `export ${name}='${filled(value, values)}'`,
    );
    await shell.run([...set, run].join('\n'));
  }
}

describe('the example workflow', () => {
  it('builds for at least three architectures', () => {
    const built = runs.map(({ values }) => values.architecture).filter(Boolean);
    expect(new Set(built).size).toBeGreaterThanOrEqual(3);
  });

  it.each(runs)('runs as written: $title', async (run) => {
    await follow(run);
  });

  it('leaves models for each, and a report that says what the targets run', () => {
    for (const { values } of runs.filter(({ values: { architecture } }) => architecture)) {
      const dir = join(shell.dir, 'build', values.architecture!);
      const { variants } = JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8'));
      const made = variants.filter(({ status }: { status: string }) => status !== 'skipped');
      expect(made.length).toBeGreaterThan(0);
      for (const { id, file, targets } of made) {
        expect(targets).toEqual([values.target]);
        expect(existsSync(join(dir, file))).toBe(true);
        expect(existsSync(join(dir, `variants/${id}.cdx.json`))).toBe(true);
      }
    }
    const summary = readFileSync(join(shell.dir, 'summary.md'), 'utf8');
    expect(summary).toContain('✅ All that the blueprint requires is met: 2 of 2.');
    expect(summary).toContain('| **apple-m4** npu (coreml) |');
    const sarif = JSON.parse(readFileSync(join(shell.dir, 'report/matrix.sarif'), 'utf8'));
    expect(sarif.version).toBe('2.1.0');
  });

  it('names its actions by commit, which nobody can move, and has what it uploads', () => {
    for (const { steps } of Object.values(workflow.jobs)) {
      const actions = steps.flatMap(({ uses }) => uses ?? []);
      for (const action of actions) {
        expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
        expect(text).toMatch(new RegExp(`uses: ${action} # v\\d+\\.\\d+\\.\\d+\n`));
      }
    }
    for (const name of ['matrix.md', 'matrix.html', 'matrix.junit.xml', 'report.html'])
      expect(existsSync(join(shell.dir, 'report', name))).toBe(true);
  });
});
