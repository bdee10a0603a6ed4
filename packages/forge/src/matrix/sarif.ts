import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Matrix, MatrixCell, MatrixFinding, RuleId } from './matrix-document.ts';

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
 * variant, target and rule that stands against what the blueprint requires, at the blueprint it is
 * about. What breaks a required cell of a target that no other variant serves is an error. What is
 * only worth knowing, and targets that nobody requires, are in matrix.json: nobody acts on an alert
 * for each operator.
 */
export function sarifOf(matrix: Matrix): object {
  const results = matrix.cells
    .filter(({ required }) => required)
    .flatMap((cell) => {
      const against = cell.findings.filter(({ effect }) => effect !== 'note');
      const byRule = Map.groupBy(against, ({ rule }) => rule);
      return [...byRule.values()].map((alike) => resultOf(alike, cell, matrix));
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
        results,
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

function resultOf(alike: readonly MatrixFinding[], cell: MatrixCell, matrix: Matrix): object {
  const { rule, effect } = alike[0]!;
  const { variant, target } = cell;
  const said = alike
    .map(({ message, hint }) => (hint ? `${message}; ${hint}` : message))
    .join('. ');
  return {
    ruleId: `selvedge/${rule}`,
    ruleIndex: ruleIds.indexOf(rule),
    level: levelOf(cell, matrix),
    message: { text: `${variant} on ${target}: ${said}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(matrix.source), index: 0 },
          // A model has no lines; some readers drop what has none.
          region: { startLine: 1 },
        },
        logicalLocations: [
          { fullyQualifiedName: `${variant}@${target}`, name: variant, kind: 'module' },
        ],
      },
    ],
    partialFingerprints: { 'finding/v2': fingerprint(`${rule}\n${variant}\n${target}`) },
    properties: { variant, target, effect, required: true },
  };
}

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
