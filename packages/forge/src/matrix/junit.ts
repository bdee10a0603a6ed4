import type { Matrix, MatrixCell, Requirement } from './matrix-document.ts';
import { estimateInWords, verdictInWords } from './words.ts';

/**
 * The matrix as JUnit XML (the form of Ant's and Surefire's reports, as CI systems read it): a suite
 * of what the blueprint requires, where a miss is a failure, and one for each target, where a cell
 * that nobody requires cannot fail but is skipped with its reason.
 */
export function junitOf(matrix: Matrix): string {
  const { family, requirements, targets, cells } = matrix;
  const suites = [
    ...(requirements.length > 0 ? [suite('required', requirements.map(requirementCase))] : []),
    ...targets.map(({ id }) =>
      suite(id, cells.filter(({ target }) => target === id).map(cellCase)),
    ),
  ];
  const sum = (of: (one: Suite) => number) => suites.reduce((total, one) => total + of(one), 0);
  const counts = `tests="${sum(({ tests }) => tests)}" failures="${sum(({ failures }) => failures)}" errors="0" skipped="${sum(({ skipped }) => skipped)}"`;
  const body = suites.map(({ text }) => text).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escaped(family)}" ${counts}>\n${body}\n</testsuites>\n`;
}

interface Case {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly name: string;
  readonly className: string;
  readonly message: string;
  readonly text: string;
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  readonly text: string;
}

const requirementCase = ({ tier, target, ok, reason }: Requirement): Case => ({
  outcome: ok ? 'passed' : 'failed',
  name: target ?? 'any target',
  className: `required.${tier}`,
  message: reason,
  text: reason,
});

/** What is required fails in its own suite, once; the cells say why without failing again. */
function cellCase(cell: MatrixCell): Case {
  const holds = cell.findings.every(({ effect }) => effect === 'note');
  const head = `${verdictInWords(cell)}, ${estimateInWords(cell)}`;
  const lines = cell.findings.map(({ rule, effect, message, hint }) =>
    [`${rule} (${effect}): ${message}`, ...(hint ? [`what to do: ${hint}`] : [])].join('\n'),
  );
  return {
    outcome: holds ? 'passed' : 'skipped',
    name: cell.variant,
    className: cell.target,
    message: cell.findings.find(({ effect }) => effect !== 'note')?.message ?? '',
    text: [head, ...lines].join('\n'),
  };
}

function suite(name: string, cases: readonly Case[]): Suite {
  const count = (wanted: Case['outcome']) =>
    cases.filter(({ outcome }) => outcome === wanted).length;
  const [failures, skipped] = [count('failed'), count('skipped')];
  const head = `  <testsuite name="${escaped(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}">`;
  const text = [head, ...cases.map(element), '  </testsuite>'].join('\n');
  return { tests: cases.length, failures, skipped, text };
}

function element({ outcome, name, className, message, text }: Case): string {
  const open = `    <testcase name="${escaped(name)}" classname="${escaped(className)}" time="0">`;
  const inside = {
    passed: '',
    failed: `<failure message="${escaped(message)}" type="requirement">${escaped(text)}</failure>`,
    skipped: `<skipped message="${escaped(message)}"/>`,
  }[outcome];
  return `${open}${inside}<system-out>${escaped(text)}</system-out></testcase>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML 1.0 §2.2 has no place for most control characters, lone surrogates and two noncharacters. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"\n]/g, (sign) => entities[sign]!);
