import { readFileSync } from 'node:fs';
import { celEnv, parse, plan } from '@bufbuild/cel';
import {
  compileCondition,
  compileRoute,
  defaultLabels,
  defaultObjective,
  factTypes,
  type RouteFacts,
} from '@selvedge/core/route';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAuthorPolicy, lowerCel, policyFromBlueprint } from './index.ts';

const head = 'apiVersion: selvedge.dev/v1\nkind: Policy\n';
const rule = (require: string, when?: string) =>
  `${head}rules:\n  - id: x\n${when === undefined ? '' : `    when: ${when}\n`}    require: ${require}\n`;
const refusal = (text: string, privacy = {}) => {
  try {
    compileAuthorPolicy(text, 'policy.yaml', 'acme/glyphs', privacy);
  } catch (caught) {
    const { code, message, hint } = caught as { code: string; message: string; hint: string };
    expect(code).toBe('bad-document');
    return hint ? `${message}: ${hint}` : message;
  }
  return 'accepted';
};

describe('an author policy', () => {
  it('compiles to the tree that is signed', () => {
    const text = `${head}
labels: { personal: device, internal: edge }
unlabelled: edge
rules:
  - id: save-battery
    when: has(device.battery) && device.battery < 0.2
    require: candidate.tier != "device"
  - id: residency
    code: privacy
    require: candidate.tier == "device" || candidate.region in ["eu", "ch"]
objective: { latency: 2 }
`;
    expect(compileAuthorPolicy(text, 'policy.yaml', 'acme/glyphs')).toEqual({
      apiVersion: 'selvedge.dev/v1',
      kind: 'Policy',
      family: 'acme/glyphs',
      labels: { personal: 'device', internal: 'edge' },
      unlabelled: 'edge',
      constraints: [
        {
          id: 'save-battery',
          code: 'rule',
          when: [
            'and',
            ['has', 'device.battery'],
            ['lt', ['fact', 'device.battery'], ['lit', 0.2]],
          ],
          require: ['ne', ['fact', 'candidate.tier'], ['lit', 'device']],
        },
        {
          id: 'residency',
          code: 'privacy',
          when: ['lit', true],
          require: [
            'or',
            ['eq', ['fact', 'candidate.tier'], ['lit', 'device']],
            ['in', ['fact', 'candidate.region'], ['lit', ['eu', 'ch']]],
          ],
        },
      ],
      objective: { ...defaultObjective, latency: 2 },
    });
  });

  it('keeps the built-in policy where it says nothing', () => {
    expect(compileAuthorPolicy(head, 'policy.yaml', 'a/b')).toEqual(
      policyFromBlueprint({ family: 'a/b' }),
    );
    expect(policyFromBlueprint({ family: 'a/b' })).toMatchObject({
      labels: defaultLabels,
      unlabelled: 'cloud',
    });
  });

  it('keeps the built-in labels where nobody names any', () => {
    expect(compileAuthorPolicy(head, 'policy.yaml', 'a/b', { labels: {} }).labels).toEqual(
      defaultLabels,
    );
    expect(policyFromBlueprint({ family: 'a/b', privacy: { labels: {} } }).labels).toEqual(
      defaultLabels,
    );
  });

  it('joins its labels with the blueprint’s, and refuses two meanings of one', () => {
    const privacy = { labels: { personal: 'device' as const }, unlabelled: 'edge' as const };
    const joined = compileAuthorPolicy(
      `${head}labels: { internal: edge, personal: device }`,
      'policy.yaml',
      'a/b',
      privacy,
    );
    expect(joined.labels).toEqual({ personal: 'device', internal: 'edge' });
    expect(joined.unlabelled).toBe('edge');
    expect(refusal(`${head}labels: { personal: cloud }`, privacy)).toBe(
      'policy.yaml: labels.personal is cloud, and the blueprint says device: say it in one place',
    );
    expect(refusal(`${head}unlabelled: cloud`, privacy)).toBe(
      'policy.yaml: unlabelled is cloud, and the blueprint says edge: say it in one place',
    );
  });

  it.each([
    [
      'an unknown key',
      `${head}rulez: []`,
      'policy.yaml: unknown key "rulez": did you mean "rules"?',
    ],
    ['a key twice', `${head}kind: Policy`, 'policy.yaml:3:1: Map keys must be unique'],
    ['broken YAML', `${head}rules: [`, 'policy.yaml:3:9: '],
    [
      'a misspelt fact',
      rule('device.batery < 0.2'),
      'policy.yaml: rules.0.require (rule "x"), column 1, at "device.batery < 0.2": there is no fact device.batery: did you mean device.battery?',
    ],
    ['a fact of two levels', rule('device.battery.level < 0.2'), 'expected a fact of one level'],
    ['a bare name', rule('tier == "edge"'), '"tier" alone is no fact'],
    [
      'broken CEL',
      rule('device.battery <'),
      'column 16, at "<": found < but expecting end of input',
    ],
    [
      'a wrong type',
      rule('true', 'device.battery < "low"'),
      'rules.0.when (rule "x"), column 18, at ""low"": expected a number, not a string',
    ],
    [
      'a wrong type deep inside',
      rule('true', '"!(true && (device.charging || candidate.tier))"'),
      'column 31, at "candidate.tier))": expected a boolean, not a string',
    ],
    [
      'no condition',
      rule('device.battery + 1'),
      'expected a condition, which is true or false, not a number',
    ],
    [
      'a macro',
      rule('request.labels.exists(l, l == "x")'),
      'this part of CEL is not understood here',
    ],
    ['a function', rule('size(request.labels) == 0'), '"size" is not understood here'],
    ['a method', rule('candidate.region.startsWith("eu")'), '"startsWith" is not understood here'],
    [
      'a mixed list',
      rule('candidate.tier in ["edge", 3]'),
      'a list of at most 256 strings or numbers',
    ],
    [
      'a taken id',
      rule('true').replace('id: x', 'id: deadline'),
      'the rule id "deadline" is the name of a built-in rule',
    ],
    [
      'a label rule’s id',
      `${rule('true').replace('id: x', 'id: privacy-a')}labels: { a: edge }`,
      '"privacy-a" is the name of a built-in rule',
    ],
    [
      'an unknown code',
      rule('true').replace('id: x', 'id: x\n    code: secret'),
      'rules.0.code must be one of "privacy", "licence", "rule", not "secret"',
    ],
  ])('with %s is refused at its place', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('lowering', () => {
  const scene = {
    request: { family: 'a/b', labels: ['a', 'b'], deadlineMs: 40 },
    device: { battery: 0.5, charging: true, thermal: 'fair' },
    candidate: {
      id: 'e',
      tier: 'edge',
      region: 'eu',
      quality: 0.9,
      predictedMs: 10,
      provenance: 'estimated',
      available: true,
    },
  } as const;
  const environment = celEnv();

  it('means what CEL means, wherever CEL has an answer', () => {
    const numbers = fc.constantFrom(
      'device.battery',
      'candidate.quality',
      'candidate.predictedMs',
      'request.deadlineMs',
      '0.5',
      '10.0',
      '-1.5',
      '(candidate.predictedMs * 2.0 + 20.0)',
      '-candidate.quality',
    );
    const comparison = fc
      .tuple(numbers, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), numbers)
      .map(([a, operator, b]) => `${a} ${operator} ${b}`);
    const atom = fc.oneof(
      comparison,
      fc.constantFrom(
        'true',
        'false',
        'device.charging',
        '"a" in request.labels',
        '"c" in request.labels',
        'candidate.tier in ["edge", "cloud"]',
        'candidate.region == "eu"',
        'has(device.battery)',
        'candidate.quality in [0.9, 1.0]',
      ),
    );
    const { condition } = fc.letrec<{ condition: string }>((tie) => ({
      condition: fc.oneof(
        { maxDepth: 4 },
        atom,
        tie('condition').map((one) => `!(${one})`),
        fc
          .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
          .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
        fc
          .tuple(tie('condition'), tie('condition'), tie('condition'))
          .map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
      ),
    }));
    fc.assert(
      fc.property(condition, (text) => {
        const expected = plan(environment, parse(text))(scene as never);
        expect(compileCondition(lowerCel(text, 'p'), 'p')(scene as never)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is undecided where CEL errs for a missing fact, so that the rule fails closed', () => {
    const tree = lowerCel('device.freeMemoryBytes > 1000.0', 'p');
    expect(
      plan(environment, parse('device.freeMemoryBytes > 1000.0'))(scene as never),
    ).not.toBeTypeOf('boolean');
    expect(compileCondition(tree, 'p')(scene as never)).toBeUndefined();
    const policy = compileAuthorPolicy(
      rule('device.freeMemoryBytes > 1000.0'),
      'policy.yaml',
      'a/b',
    );
    const facts: RouteFacts = { device: {}, candidates: [scene.candidate] };
    expect(compileRoute(policy).decide({ family: 'a/b', labels: [] }, facts).rejected).toEqual([
      { candidate: 'e', code: 'rule', rule: 'x' },
    ]);
  });

  it('never throws anything but a refusal, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom(...'()[]!&|=<>".,?:+-device candtr01') }),
        ),
        (text) => {
          try {
            lowerCel(text, 'p');
          } catch (caught) {
            expect(caught).toMatchObject({ name: 'SelvedgeError', code: 'bad-document' });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('the guide to routing', () => {
  const guide = readFileSync(
    new URL('../../../../docs/guides/routing.md', import.meta.url),
    'utf8',
  );
  const samples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, sample]) => sample!);

  it('shows policies that compile, and weights that are the built-in ones', () => {
    const compiled = samples.map((sample, i) => compileAuthorPolicy(sample, `sample ${i}`, 'a/b'));
    expect(compiled).toHaveLength(3);
    expect(compiled[2]!.objective).toEqual(defaultObjective);
  });

  it('names every fact that there is', () => {
    for (const path of Object.keys(factTypes)) {
      const [root, name] = path.split('.') as [string, string];
      const row = guide.split('\n').find((line) => line.startsWith(`| \`${root}.\``));
      expect(row).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });
});
