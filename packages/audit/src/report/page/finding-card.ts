import { taskOf } from '../../facts/index.ts';
import type { Evidence, Finding } from '../../finding.ts';
import { duration, missingOf, serviceOf, waitsWord } from '../words.ts';
import { facetsOf } from './facets.ts';
import { html, type Markup } from './markup.ts';
import { shapes } from './shapes.ts';

export const directoryOf = (file: string): string =>
  file.slice(0, Math.max(0, file.lastIndexOf('/'))) || '.';

/** A call: a line that opens to what says so, what happens, and what it would take to move it. */
export function findingCard(finding: Finding): Markup {
  const { file, line, sync, suggestedTier, fingerprint, data, personal } = finding;
  const facets = Object.entries(facetsOf(finding)).map(
    ([name, values]) => `${name}=${values.join(',')}`,
  );
  return html`<details class="call" id="c-${fingerprint}" data-directory="${directoryOf(file)}" data-facets="${facets.join(';')}">
<summary><span class="where"><svg class="tier ${suggestedTier}" viewBox="-6 -6 12 12" aria-hidden="true"><path d="${shapes[sync]}"/></svg><bdi class="id">${directories(file)}<b>${nameOf(file)}</b>:${line}</bdi>${finding.new ? html` <span class="new">new</span>` : undefined}</span>
<span>${serviceOf(finding)}${finding.streaming ? html` <span class="soft">streamed</span>` : undefined}</span>
<span class="soft">${waitsWord[sync]}</span>
<span class="soft">${data}${personal.length > 0 ? html`, <b class="sign">${personal[0]?.sign}</b>` : undefined}</span>
<span class="tier ${suggestedTier}">${suggestedTier}</span></summary>
<div class="why">
<ol class="evidence">${finding.evidence.map(evidenceItem)}${personal.map((each) => evidenceItem({ file, line: each.line, says: `“${each.sign}” suggests a person`, code: '' }))}</ol>
<dl>
<dt>Without a network</dt><dd>${finding.offline}</dd>
<dt>Against failure</dt><dd>${missingOf(finding)}${unasked(finding)}</dd>
<dt>Suggested tier</dt><dd><span class="tier ${suggestedTier}">${suggestedTier}</span>: ${finding.tierReason}</dd>
<dt>To move it</dt><dd>${moving(finding)}</dd>
<dt>How sure</dt><dd>${Math.round(finding.confidence * 100)} %: ${certainty(finding.confidence)}</dd>
</dl></div></details>`;
}

const evidenceItem = ({ file, line, says, code }: Evidence): Markup =>
  html`<li><a class="id place" data-file="${file}" data-line="${line}" tabindex="0">${file}:${line}</a> <span class="soft">${says}</span>${code === '' ? undefined : html`<pre><code>${code}</code></pre>`}</li>`;

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** The way to a file; it may be broken behind each slash. */
function directories(file: string): Markup | undefined {
  const above = file.split('/').slice(0, -1);
  if (above.length === 0) return undefined;
  return html`<span class="soft">${above.map((part) => html`${part}/<wbr>`)}</span>`;
}

function unasked({ resilience: { byDefault } }: Finding): Markup | undefined {
  if (!byDefault) return undefined;
  const waits = byDefault.timeoutSeconds
    ? `gives up after ${duration(byDefault.timeoutSeconds)}`
    : undefined;
  const tries = byDefault.retries ? `tries again ${byDefault.retries} times` : undefined;
  return html`<br><span class="soft">Unasked, ${byDefault.package} ${[waits, tries].filter(Boolean).join(' and ')} (${byDefault.source}).</span>`;
}

/** What it would take, in the words of the commands that do it. */
function moving(finding: Finding): Markup {
  const { suggestedTier, kind } = finding;
  const task = taskOf(finding);
  if (kind === 'wrapper') return html`Move what it calls: the lines above lead there.`;
  if (suggestedTier === 'cloud')
    return html`Nothing: it may stay. A timeout and a retry make it hold.`;
  return html`A model for ${task} that passes your bar, ${suggestedTier === 'device' ? 'small enough for the device' : 'on a node of your own'}: <code>selvedge audit DIR --init drafts</code> writes a blueprint to start from, <code>drafts/${task}</code>.`;
}

/** What a figure stands for. */
const certainty = (confidence: number): string =>
  confidence >= 0.9
    ? 'traced to the package or the address'
    : confidence >= 0.7
      ? 'traced for the most part; a step is told by names'
      : 'told by names; read the line';
