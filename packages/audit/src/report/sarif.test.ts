import { describe, expect, it } from 'vitest';
import { againstBaseline } from '../baseline/index.ts';
import type { AuditReport, Finding } from '../finding.ts';
import { auditOf } from '../testing/codebase.ts';
import { sarifOf } from './index.ts';

const ask = `import OpenAI from 'openai';
const client = new OpenAI();
export const ask = (q) => client.responses.create({ model: 'gpt-5', input: q });
`;
const key = 'sk-proj-4fT9xQ2mBv7LkP0sZr8WnY3d';

interface Place {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string };
    readonly region?: { readonly startLine: number; readonly endLine?: number };
  };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly Place[];
  readonly relatedLocations?: readonly (Place & { readonly message: { readonly text: string } })[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly baselineState?: string;
  readonly rank?: number;
}
interface Notification {
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations?: readonly Place[];
}
interface Run {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly rules: readonly {
        readonly id: string;
        readonly shortDescription: { readonly text: string };
        readonly help: { readonly text: string };
      }[];
    };
  };
  readonly originalUriBaseIds: Readonly<Record<string, object>>;
  readonly invocations: readonly [
    {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly Notification[];
    },
  ];
  readonly results: readonly Result[];
  readonly columnKind: string;
}

const runOf = (report: AuditReport): Run => {
  const log = JSON.parse(JSON.stringify(sarifOf(report))) as { version: string; runs: Run[] };
  expect(log.version).toBe('2.1.0');
  expect(log.runs).toHaveLength(1);
  return log.runs[0] as Run;
};

const manyKinds = () =>
  auditOf({
    'a b/ü#?%.ts': ask,
    'key.ts': `export const a = '${key}';\nexport const b = '${key}';\n`,
    'future.ts': `${ask}\nlet y = match (q) { when ask => 1 |> f(%) };\n`,
    'large.js': `x="${'a'.repeat(6_000_000)}"`,
    'app/api/route.ts': `import { ask } from '../../future';\nexport const POST = (r) => ask(r);\n`,
  });

/** What the schema of SARIF 2.1.0 and its text ask of a place (sections 3.4, 3.29, 3.30). */
function checkPlace({ physicalLocation: { artifactLocation, region } }: Place, run: Run): void {
  const { uri, uriBaseId } = artifactLocation;
  expect(uri).not.toMatch(/^\/|^[a-z]+:|\\|\s/i);
  expect(new URL(uri, 'file:///base/').href).toMatch(/^file:\/\/\/base\//);
  expect(Object.keys(run.originalUriBaseIds)).toContain(uriBaseId);
  if (!region) return;
  expect(Number.isInteger(region.startLine) && region.startLine >= 1).toBe(true);
  expect(region.endLine ?? region.startLine).toBeGreaterThanOrEqual(region.startLine);
}

describe('a report as SARIF', () => {
  it('has what its schema asks for, in results and notifications', async () => {
    const run = runOf(await manyKinds());
    const { rules } = run.tool.driver;
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(run.columnKind).toBe('utf16CodeUnits');
    expect(run.results.length).toBeGreaterThan(4);
    for (const result of run.results) {
      expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(['none', 'note', 'warning', 'error']).toContain(result.level);
      expect(result.message.text).not.toBe('');
      expect(result.locations).toHaveLength(1);
      for (const place of [...result.locations, ...(result.relatedLocations ?? [])])
        checkPlace(place, run);
      expect(result.rank ?? 0).toBeLessThanOrEqual(100);
    }
    const prints = run.results.map((each) => JSON.stringify(each.partialFingerprints));
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('names the place relative to the directory', async () => {
    const { results } = runOf(await auditOf({ 'a b/ü#?%.ts': ask }));
    expect(results[0]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b/%C3%BC%23%3F%25.ts', uriBaseId: 'SRCROOT' },
      region: { startLine: 3, endLine: 3 },
    });
  });

  it('notifies of what was not audited, and of what was in part', async () => {
    const run = runOf(await manyKinds());
    const [{ executionSuccessful, toolExecutionNotifications: told }] = run.invocations;
    expect(executionSuccessful).toBe(true);
    expect(told.map(({ level, message }) => `${level} ${message.text}`)).toEqual([
      expect.stringMatching(/^warning not audited: too-large/),
      'note partly audited: the parser does not understand code at line 5',
    ]);
    for (const { locations = [] } of told) for (const place of locations) checkPlace(place, run);
  });

  it('keeps its fingerprints when lines move, of keys too', async () => {
    const printsOf = async (before: string) => {
      const run = runOf(
        await auditOf({ 'ask.ts': before + ask, 'key.ts': `${before}const a = '${key}';\n` }),
      );
      return run.results.map(({ partialFingerprints }) => partialFingerprints);
    };
    expect(await printsOf('\n// moved\n\n')).toEqual(await printsOf(''));
  });

  it('says against a baseline what is new', async () => {
    const earlier = JSON.stringify(await auditOf({ 'ask.ts': ask }));
    const now = await auditOf({ 'ask.ts': ask, 'more.ts': ask });
    const { results } = runOf(againstBaseline(now, earlier, 'b.json'));
    expect(results.map(({ baselineState }) => baselineState)).toEqual(['unchanged', 'new']);
  });

  it('stays within what GitHub takes: the severest 25,000, and says what it leaves out', async () => {
    const report = await auditOf({ 'ask.ts': ask });
    const [finding] = report.findings as [Finding];
    const of = (severity: Finding['severity'], length: number) =>
      Array.from({ length }, (_, at) => ({ ...finding, severity, line: at + 1 }));
    const run = runOf({ ...report, findings: [...of('low', 25_000), ...of('high', 10)] });
    expect(run.results).toHaveLength(25_000);
    expect(run.results.filter(({ level }) => level === 'error')).toHaveLength(10);
    expect(run.invocations[0].toolExecutionNotifications[0]?.message.text).toMatch(/^10 more/);
    const long = { ...finding, offline: 'x'.repeat(5000) };
    expect(runOf({ ...report, findings: [long] }).results[0]?.message.text).toHaveLength(1000);
  });
});
