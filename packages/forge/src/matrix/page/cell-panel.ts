import { formatBytes } from '@selvedge/core/units';
import { html, type Markup } from '../../report/page/markup.ts';
import { provenanceMark } from '../../report/page/provenance-mark.ts';
import type { MatrixCell, MatrixFinding } from '../matrix-document.ts';
import { estimateInWords, markOf, verdictInWords } from '../words.ts';
import { panelId } from './heat-map.ts';

/** As many as a person reads; matrix.json has them all. */
const most = 16;

/** What a cell opens: its figures, then every reason with what to do about it. */
export function cellPanel(cell: MatrixCell): Markup {
  const { variant, target, status, findings, estimate, memory } = cell;
  const shown = findings.slice(0, most);
  const title = `title-${panelId(cell)}`;
  return html`<div popover role="dialog" id="${panelId(cell)}" aria-labelledby="${title}" class="panel">
<h2 id="${title}"><span class="id">${variant}</span> on <span class="id">${target}</span></h2>
<p><span class="status ${status}">${markOf(cell)} ${status}</span>${cell.required ? html` <span class="required">required</span>` : undefined}</p>
<dl><dt>runs there</dt><dd>${verdictInWords(cell)}${cell.partitions === null ? '' : `, ${cell.partitions} ${cell.partitions === 1 ? 'group' : 'groups'}`}</dd>
<dt>by the list of</dt><dd>${cell.provider ? `${cell.provider} ${cell.version || '(none published)'}` : '—'}</dd>
<dt>median</dt><dd>${estimateInWords(cell)}${estimate ? html` ${provenanceMark(estimate.provenance)} <span class="soft">${estimate.unit}</span>` : undefined}</dd>
<dt>memory</dt><dd>${memory ? html`<span title="${memory.bytes.toLocaleString('en-US')} bytes">${formatBytes(memory.bytes)}</span> ${provenanceMark('estimated')} of ${formatBytes(memory.budgetBytes)}${memory.fits ? '' : ': too much'}` : '—'}</dd></dl>
${findings.length === 0 ? html`<p class="soft">Nothing stands against it.</p>` : html`<ul>${shown.map(reason)}</ul>`}
${findings.length > most ? html`<p class="soft">and ${findings.length - most} more in matrix.json</p>` : undefined}
<button type="button" class="close" popovertarget="${panelId(cell)}" popovertargetaction="hide">Close</button></div>
`;
}

const effects = { fails: '✕', unproven: '?', note: '·' } as const;

const reason = ({ rule, effect, message, hint }: MatrixFinding): Markup =>
  html`<li class="${effect}"><span class="mark">${effects[effect]}</span> <strong>${rule}</strong> <bdi>${message}</bdi>${hint ? html`<br><span class="hint">→ <bdi>${hint}</bdi></span>` : undefined}</li>`;
