import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix, MatrixCell, MatrixFinding } from './matrix-document.ts';
import { sarifOf } from './sarif.ts';
import { matrixFiles } from './write-matrix.ts';

const cell = (target: string, findings: readonly MatrixFinding[]): MatrixCell => ({
  variant: 'device-fp32',
  target,
  required: target === 'apple-m4',
  status: findings.some(({ effect }) => effect === 'fails') ? 'fail' : 'pass',
  provider: 'coreml',
  version: '1.29',
  verdict: 'partial',
  inPrecision: true,
  fallbackShare: 0.25,
  partitions: 2,
  estimate: { p50Ms: 1, lowMs: 0.5, highMs: 2, unit: 'npu (coreml)', provenance: 'calibrated' },
  memory: { bytes: 1000, budgetBytes: 10_000, fits: true },
  findings,
});

function matrixWith(message: string, source = 'models/net work.onnx'): Matrix {
  const findings: MatrixFinding[] = [
    { rule: 'fallback', effect: 'fails', message, hint: message },
    { rule: 'unknown', effect: 'note', message },
  ];
  return {
    apiVersion: 'selvedge.dev/v1',
    kind: 'Matrix',
    source,
    family: 'acme/network',
    version: '1.0.0',
    model: { file: message, digest: `sha256:${'0'.repeat(64)}`, bytes: 1000 },
    targets: ['apple-m4', 'cpu-x64'].map((id) => ({ id, name: id, unit: 'npu (coreml)' })),
    variants: [
      {
        id: 'device-fp32',
        tier: 'device',
        precision: 'fp32',
        bytes: 1000,
        digest: null,
        status: 'pass',
        reason: message,
        quality: null,
      },
    ],
    cells: [cell('apple-m4', findings), cell('cpu-x64', findings)],
    requirements: [
      { tier: 'device', target: 'apple-m4', ok: false, variant: null, reason: message },
    ],
    ok: false,
    toolchain: { selvedge: '0.1.0' },
  };
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    ']]>',
    '" onclick="x',
    '| a | b |',
    '&amp;',
    '\u0000',
  ),
);

/** Elements of an XML text, or what is wrong with it: a reader that takes only well-formed XML. */
function parseXml(text: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  let at = text.indexOf('?>') + 2;
  const token = /<\/([\w-]+)>|<([\w-]+)((?: \w+="[^"<]*")*)(\/?)>|[^<>]+/y;
  while (at < text.length) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw new Error(`not well-formed at ${text.slice(at, at + 40)}`);
    const [whole, closed, name, , empty] = match;
    if (closed && open.pop() !== closed) throw new Error(`</${closed}> closes another`);
    if (name) names.push(name);
    if (name && !empty) open.push(name);
    if (/&(?!(amp|lt|gt|quot|#10);)/.test(whole)) throw new Error(`a bare & in ${whole}`);
    at += whole.length;
  }
  if (open.length > 0) throw new Error(`${open} stay open`);
  return names;
}

describe('JUnit XML', () => {
  it('is well-formed, whatever a name holds', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const xml = matrixFiles['matrix.junit.xml']!(matrixWith(text));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        expect(xml.isWellFormed()).toBe(true);
        expect(parseXml(xml).filter((name) => name === 'testcase')).toHaveLength(3);
      }),
    );
  });

  it('fails once for what is required, and only there', () => {
    const xml = matrixFiles['matrix.junit.xml']!(matrixWith('no'));
    expect(xml).toContain('tests="3" failures="1" errors="0" skipped="2"');
  });
});

describe('SARIF', () => {
  it('has a result for what stands against a requirement, with its rule, at the file that was given', () => {
    const log = sarifOf(matrixWith('no')) as {
      version: string;
      runs: [{ tool: { driver: { rules: { id: string }[] } }; results: Result[] }];
    };
    interface Result {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
      partialFingerprints: Record<string, string>;
    }
    expect(log.version).toBe('2.1.0');
    const [{ tool, results }] = log.runs;
    expect(results.map(({ level }) => level)).toEqual(['error']);
    for (const { ruleId, ruleIndex, message, locations } of results) {
      expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(message.text).toMatch(/^device-fp32 on /);
      expect(locations[0]?.physicalLocation.artifactLocation.uri).toBe('models/net%20work.onnx');
    }
    const prints = results.map(({ partialFingerprints }) => partialFingerprints['finding/v2']);
    expect(new Set(prints).size).toBe(results.length);
  });

  it('has no results where nothing is required', () => {
    const matrix = matrixWith('no');
    const cells = matrix.cells.map((one) => ({ ...one, required: false }));
    const log = sarifOf({ ...matrix, cells, requirements: [] });
    expect(log).toMatchObject({ runs: [{ results: [] }] });
  });
});

describe('the page and the table', () => {
  it('let nothing that a name holds become a tag', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const count = (page: string) => page.match(/<\/?[a-z][a-z0-9]*/g)?.length;
        const page = matrixFiles['matrix.html']!(matrixWith(`n${text}`));
        expect(count(page)).toBe(count(matrixFiles['matrix.html']!(matrixWith('x'))));
      }),
      { numRuns: 30 },
    );
    const table = matrixFiles['matrix.md']!(matrixWith('a | b <img src=x> @everyone\n# head'));
    expect(table).not.toMatch(/<img|@everyone|^# head|a \| b/m);
  });
});
