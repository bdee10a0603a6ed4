import { formatBytes } from '@selvedge/core/units';
import { formatMs, formatQuality, formatShare } from '../report/format.ts';
import type { Matrix, MatrixCell, MatrixVariant } from './matrix-document.ts';
import { answerOf, isMade, markOf, statusMarks, verdictInWords } from './words.ts';

/** The matrix for a pull request: targets down, variants across, then why. */
export function formatMatrix(matrix: Matrix): string {
  const { family, version, targets, cells } = matrix;
  const variants = matrix.variants.filter(isMade);
  const head = ['target', ...variants.map(({ id }) => `\`${code(id)}\``)];
  const rows = targets.map(({ id, unit }) => {
    const own = variants.map((variant) => cells.find(isAt(variant.id, id)));
    const isRequired = own.some((cell) => cell?.required);
    const name = `${isRequired ? '**' : ''}${plain(id)}${isRequired ? '**' : ''} ${plain(unit)}`;
    return [name, ...own.map((cell) => (cell ? inCell(cell, unit) : '—'))];
  });
  return [
    `# ${plain(family)} ${plain(version)} on ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`,
    '',
    `${verdictMark(matrix)}${plain(answerOf(matrix))}`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
    'Each cell: whether it holds what is asked, what the target runs of it, expected median; *if converted*: the target does not compute in that precision. **Bold**: the blueprint requires it. ● measured here · ◐ calibrated · ○ estimated',
    '',
    ...requirementLines(matrix),
    '## Variants',
    '',
    line(['variant', 'quality bar', 'size', 'quality', '95% of drop']),
    line(['---', '---', '---', '---', '---']),
    ...matrix.variants.map((variant) => line(inRow(variant))),
    '',
    ...reasons(matrix),
  ].join('\n');
}

/** Nothing is met, or missed, where nothing is required. */
const verdictMark = ({ requirements, ok }: Matrix): string =>
  requirements.length === 0 ? '' : ok ? '✅ ' : '❌ ';

const isAt =
  (variant: string, target: string) =>
  (cell: MatrixCell): boolean =>
    cell.variant === variant && cell.target === target;

const marks = { measured: '●', calibrated: '◐', estimated: '○' } as const;

function inCell(cell: MatrixCell, unit: string): string {
  const { estimate } = cell;
  const other = estimate && estimate.unit !== unit ? ` on ${plain(estimate.unit)}` : '';
  const time = estimate
    ? `, ${formatMs(estimate.p50Ms)} ${marks[estimate.provenance]}${other}`
    : '';
  return `${markOf(cell)} ${verdictInWords(cell)}${time}`;
}

function inRow({ id, status, reason, bytes, quality }: MatrixVariant): string[] {
  return [
    `\`${code(id)}\``,
    `${statusMarks[status]} ${status}${status === 'skipped' ? `: ${plain(reason)}` : ''}`,
    bytes === null ? '—' : formatBytes(bytes),
    quality
      ? `${plain(quality.metric)} ${formatQuality(quality.metric, quality.value)} ${marks[quality.provenance]}`
      : '—',
    quality?.interval ? quality.interval.map(formatShare).join(' to ') : '—',
  ];
}

function requirementLines({ requirements }: Matrix): string[] {
  if (requirements.length === 0) return [];
  const lines = requirements.map(
    ({ tier, target, ok, reason }) =>
      `- ${ok ? '✓' : '✕'} ${plain(target ?? 'any target')} (${tier}): ${plain(reason)}`,
  );
  return ['## Required', '', ...lines, ''];
}

/** Of cells that say more than that everything holds. */
function reasons({ cells }: Matrix): string[] {
  const judged = cells.filter(({ status }) => status !== 'skipped');
  const lines = judged.flatMap(({ variant, target, findings }) =>
    findings
      .filter(({ effect, rule }) => effect !== 'note' || rule === 'precision')
      .map(({ message, hint }) => {
        const what = hint ? `${message}; ${hint}` : message;
        return `- ${plain(target)}, \`${code(variant)}\`: ${plain(what)}`;
      }),
  );
  if (lines.length === 0) return [];
  const summary = `<summary>${lines.length} reasons</summary>`;
  return ['<details>', summary, '', ...lines, '', '</details>', ''];
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Names come from strangers: none opens a tag, a link, a mention or a cell of its own. */
const plain = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#@&]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\s+/g, ' ');

const code = (text: string): string => text.replace(/[`|\s]+/g, ' ');
