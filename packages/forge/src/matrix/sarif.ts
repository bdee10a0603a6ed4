import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { firstLine, type LineOf } from './blueprint-lines.ts';
import type { Matrix, MatrixCell, MatrixFinding, Requirement, RuleId } from './matrix-document.ts';

/** What each kind of finding is, for whoever meets it in a list of alerts. */
const rules: Readonly<Record<RuleId, readonly [title: string, help: string]>> = {
  quality: [
    'A variant misses its quality bar, or it is not proven',
    'Calibrate with data like what the model will be given, try mixed, or give more evaluation samples.',
  ],
  size: [
    'A variant is larger than its budget or its target',
    'Ask for a precision with fewer bits: int8, int4.',
  ],
  latency: [
    'A variant is expected to take longer than its budget',
    'See which layers take the time: selvedge emulate MODEL --target ID.',
  ],
  memory: [
    'A variant needs more memory than its budget or its target has',
    'Ask for a precision with fewer bits, or smaller inputs.',
  ],
  fallback: [
    'Part of a variant would run on the CPU',
    'Let selvedge build --fix say its operators by others, or choose another precision.',
  ],
  precision: [
    'The target does not compute in the precision of the variant',
    'Build one of the precisions that it computes in.',
  ],
  'cannot-run': ['The target cannot load the variant', 'Replace the operator that it lacks.'],
  unknown: [
    'Nothing is published of what the target runs',
    'Run it on the device itself and look where its time goes.',
  ],
  'not-built': ['A variant was not built', 'The build report says why.'],
};

const ruleIds = Object.keys(rules) as RuleId[];

/**
 * The matrix as SARIF 2.1.0 (OASIS, 2020): a rule for each kind of finding, a result for each
 * variant, target and rule that stands against what the blueprint requires, at the line that names
 * the target, and one for a tier without targets that misses its bar. What breaks a required cell of a target that no other variant serves is an error. What is
 * only worth knowing, and targets that nobody requires, are in matrix.json: nobody acts on an alert
 * for each operator.
 */
export function sarifOf(matrix: Matrix, lineOf: LineOf = firstLine): object {
  const ofTiers = matrix.requirements
    .filter(({ ok, target }) => !ok && target === null)
    .map((missed) => tierResult(missed, matrix, lineOf));
  const ofCells = matrix.cells
    .filter(({ required }) => required)
    .flatMap((cell) => {
      const against = cell.findings.filter(({ effect }) => effect !== 'note');
      const byRule = Map.groupBy(against, ({ rule }) => rule);
      return [...byRule.values()].map((alike) => resultOf(alike, cell, matrix, lineOf));
    });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Selvedge',
            semanticVersion: matrix.toolchain.selvedge,
            rules: ruleIds.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: [{ location: { uri: uriOf(matrix.source) }, roles: ['analysisTarget'] }],
        results: [...ofTiers, ...ofCells],
      },
    ],
  };
}

function ruleOf(id: RuleId): object {
  const [title, help] = rules[id];
  return {
    id: `selvedge/${id}`,
    name: id.replace(/(^|-)(.)/g, (_, __, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: `${title}.` },
    help: { text: help },
    defaultConfiguration: { level: 'warning' },
  };
}

function resultOf(
  alike: readonly MatrixFinding[],
  cell: MatrixCell,
  matrix: Matrix,
  lineOf: LineOf,
): object {
  const { rule, effect } = alike[0]!;
  const { variant, target } = cell;
  const said = alike
    .map(({ message, hint }) => (hint ? `${message}; ${hint}` : message))
    .join('. ');
  // Of every required cell the variant is one of the matrix.
  const { tier } = matrix.variants.find(({ id }) => id === variant)!;
  return {
    ...head(rule, levelOf(cell, matrix), `${variant} on ${target}: ${said}`),
    locations: [location(matrix, lineOf(tier, target), `${variant}@${target}`, { name: variant })],
    partialFingerprints: { 'finding/v2': fingerprint(`${rule}\n${variant}\n${target}`) },
    properties: { tier, variant, target, effect, required: true },
  };
}

/** A tier that names no target asks something of its variants alone. */
function tierResult({ tier, reason }: Requirement, matrix: Matrix, lineOf: LineOf): object {
  return {
    ...head('quality', 'error', `tier ${tier}: ${reason}`),
    locations: [location(matrix, lineOf(tier, null), tier, {})],
    partialFingerprints: { 'finding/v2': fingerprint(`requirement\n${tier}`) },
    properties: { tier, target: null, required: true },
  };
}

const head = (rule: RuleId, level: 'error' | 'warning', text: string): object => ({
  ruleId: `selvedge/${rule}`,
  ruleIndex: ruleIds.indexOf(rule),
  level,
  message: { text },
});

const location = (
  { source }: Matrix,
  startLine: number,
  fullyQualifiedName: string,
  named: { readonly name?: string },
): object => ({
  physicalLocation: {
    artifactLocation: { uri: uriOf(source), index: 0 },
    region: { startLine },
  },
  logicalLocations: [{ fullyQualifiedName, ...named, kind: 'module' }],
});

/** A target is served where one variant holds everything: the others' misses are no errors then. */
function levelOf({ target }: MatrixCell, { requirements }: Matrix): 'error' | 'warning' {
  const isMissed = requirements.some((one) => one.target === target && !one.ok);
  return isMissed ? 'error' : 'warning';
}

const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Relative paths stay relative, so that a code host finds them in the repository. */
const uriOf = (path: string): string =>
  isAbsolute(path)
    ? pathToFileURL(path).href
    : path.replace(/^\.\//, '').split(/[\\/]/).map(encodeURIComponent).join('/');
