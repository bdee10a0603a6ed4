import { describeRejection } from '@selvedge/core/route';
import type { Provenance } from '@selvedge/core/schema';
import type { AgentState } from '../agent-state.ts';
import type { DecisionTrace } from '../decision-log.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

/** The device's own page: what answers here, and why each request ran where it ran. */
export function renderPage(state: AgentState, decisions: readonly DecisionTrace[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(state.profile.target ?? 'This device')} · Selvedge agent</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<header>
<b>Selvedge agent</b>
<span class="mono" title="${text(state.device)}">${text(shorten(state.device))}</span>
<span>${text(state.profile.target ?? `${state.profile.platform.os} ${state.profile.platform.arch}`)}</span>
<span>${lastPoll(state)}</span>
<span class="away-note" role="status">The agent does not answer; what is shown may be old.</span>
</header>
<h1>${text(headline(state, decisions))}</h1>
<p class="soft">Inputs, outputs and traces stay on this device. What leaves is a count by tier and rule.</p>
${problems(state)}
<h2>Decisions</h2>
${decisionList(decisions)}
<h2>Models on this device</h2>
${modelTable(state)}
${doubts(state)}
<h2>Other places</h2>
${placeTable(state)}
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}

function headline({ families }: AgentState, decisions: readonly DecisionTrace[]): string {
  const answering = families.filter(({ version }) => version !== null).length;
  if (answering === 0) return 'No model answers on this device yet.';
  const models = answering === 1 ? 'One model answers' : `${answering} models answer`;
  if (decisions.length === 0) return `${models} on this device; nothing was asked yet.`;
  const here = decisions.filter(({ tier }) => tier === 'device').length;
  const kept = decisions.filter(({ error }) => error === 'privacy').length;
  const lost = decisions.filter(({ tier }) => tier === null).length - kept;
  const rest =
    (kept > 0 ? `, ${kept} ${kept === 1 ? 'was' : 'were'} kept private` : '') +
    (lost > 0 ? `, ${lost} found no place` : '');
  return `${models} on this device. Of the last ${decisions.length} requests ${here} stayed here${rest}.`;
}

function lastPoll({ lastPoll: poll }: AgentState): string {
  if (!poll) return 'has not asked the hub yet';
  return `asked the hub at <time datetime="${text(poll.at)}">${text(clockTime(poll.at))} UTC</time>`;
}

function problems({ lastPoll: poll }: AgentState): string {
  if (!poll || poll.problems.length === 0) return '';
  const lines = poll.problems.map(
    ({ code, message }) => `<li><code>${text(code)}</code> ${text(message)}</li>`,
  );
  return `<h2>Since the last poll</h2><ul>${lines.join('')}</ul>`;
}

function decisionList(decisions: readonly DecisionTrace[]): string {
  if (decisions.length === 0) {
    return `<p>Each request appears here with the places that were considered. Send one with
<code>selvedge run FAMILY --input DIR --agent URL</code>.</p>`;
  }
  return decisions.map(decision).join('\n');
}

function decision(trace: DecisionTrace): string {
  return `<details id="d-${text(trace.id)}">
<summary>
<span class="mono soft">${text(clockTime(trace.at))}</span>
${tierMark(trace.tier)}
<span class="family">${text(trace.family)}</span>
<span class="why">${because(trace)}</span>
<span title="${trace.ms} ms">${provenanceMark('measured')} ${duration(trace.ms)}</span>
</summary>
<div class="trace">
<div class="line">${journey(trace)}</div>
${considered(trace)}
${rejections(trace)}
<p class="soft">Rule <code>${text(trace.rule)}</code> of policy <code>${text(trace.policy)}</code>; decision <code>${text(trace.id)}</code></p>
</div>
</details>`;
}

function because({ error, reason }: DecisionTrace): string {
  return error === 'privacy' ? `${privacyMark} kept private: ${text(reason)}` : text(reason);
}

/** Request → decision → attempts, as a line: where it stopped is the last step. */
function journey({ request, attempts, tier, error }: DecisionTrace): string {
  const asked = [
    request.labels.length > 0 ? `labels ${request.labels.join(', ')}` : 'no label',
    request.deadlineMs !== undefined ? `within ${duration(request.deadlineMs)}` : '',
    request.minQuality !== undefined ? `quality from ${request.minQuality}` : '',
    request.maxCost !== undefined ? `cost up to ${request.maxCost}` : '',
  ];
  const steps = [
    step(`request: ${asked.filter(Boolean).join(', ')}`),
    ...attempts.map(({ candidate, outcome, ms, code }) =>
      step(
        `${candidate} ${outcome}${code ? ` (${code})` : ''} in ${duration(ms)}`,
        outcome !== 'answered',
      ),
    ),
    ...(tier === null ? [step(`no answer: ${error ?? 'no place'}`, true)] : []),
  ];
  return steps.join('<span aria-hidden="true">→</span>');
}

const step = (words: string, stop = false): string =>
  `<span class="step${stop ? ' stop' : ''}">${text(words)}</span>`;

function considered({ considered: places, plan }: DecisionTrace): string {
  const rank = new Map(plan.map(({ candidate }, at) => [candidate, at + 1]));
  const rows = places.map(
    (place) => `<tr>
<td data-label="place">${tierMark(place.tier)} <span class="mono">${text(place.candidate)}</span></td>
<td data-label="predicted">${provenanceMark(place.provenance)} ${duration(place.predictedMs)}</td>
<td data-label="quality">${qualityCell(place)}</td>
<td data-label="planned">${rank.has(place.candidate) ? `choice ${rank.get(place.candidate)}` : text(place.unavailableReason ?? 'ruled out')}</td>
</tr>`,
  );
  return `<table><thead><tr><th>Considered</th><th>Predicted</th><th>Quality, as signed</th><th>Plan</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function qualityCell({ quality, qualityProvenance }: DecisionTrace['considered'][number]): string {
  if (quality === undefined) return 'unknown';
  const mark = qualityProvenance ? `${provenanceMark(qualityProvenance)} ` : '';
  return `${mark}${(quality * 100).toFixed(1)} %`;
}

function rejections({ rejected }: DecisionTrace): string {
  if (rejected.length === 0) return '';
  const lines = rejected.map((rejection) => {
    const refused = rejection.code === 'privacy' || rejection.code === 'licence';
    return `<li>${refused ? `${privacyMark} ` : ''}${text(describeRejection(rejection))}</li>`;
  });
  return `<ul>${lines.join('')}</ul>`;
}

function modelTable({ installed, underWay, families }: AgentState): string {
  const models = [...installed, ...underWay];
  if (models.length === 0) {
    return `<p>A model appears here once it is published and has answered its golden inputs on this
device: <code>selvedge publish BUILD_DIR --hub URL --keys DIR</code>.</p>`;
  }
  const rows = models.map(({ family, version, variant, digest, state }) => {
    const takes = families.find((entry) => entry.family === family)?.inputs ?? [];
    const inputs = takes.map(
      ({ name, type, shape }) => `${name} ${type}[${shape.map((size) => size ?? '?').join(', ')}]`,
    );
    return `<tr>
<td data-label="family">${text(family)}</td><td data-label="version">${text(version)}</td><td data-label="variant">${text(variant)}</td>
<td data-label="state">${text(state)}</td><td data-label="takes" class="mono">${text(inputs.join(', '))}</td>
<td data-label="digest" class="mono" title="${text(digest)}">${text(shorten(digest))}</td></tr>`;
  });
  return `<table><thead><tr><th>Family</th><th>Version</th><th>Variant</th><th>State</th><th>Takes</th><th>Manifest</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** Times that are not those of the processor that should have taken them. */
function doubts({ families }: AgentState): string {
  const lines = families.flatMap(({ family, likeness }) =>
    likeness?.verdict === 'unlike'
      ? [`<li>${provenanceMark('measured')} <b>${text(family)}</b> ${text(likeness.reason)}</li>`]
      : [],
  );
  return lines.length === 0 ? '' : `<ul>${lines.join('')}</ul>`;
}

function placeTable({ places }: AgentState): string {
  if (places.length === 0) {
    return '<p>An edge appears here when the agent is started with <code>--edge URL</code>.</p>';
  }
  const rows = places.map(
    ({ id, tier, roundTripMs, unavailableReason }) => `<tr>
<td data-label="place">${tierMark(tier)} <span class="mono">${text(id)}</span></td>
<td data-label="state">${text(unavailableReason ? `away: ${unavailableReason}` : 'there')}</td>
<td data-label="round trip">${unavailableReason ? '' : `${provenanceMark('measured')} ${duration(roundTripMs)}`}</td></tr>`,
  );
  return `<table><thead><tr><th>Place</th><th>State</th><th>Round trip</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** A square stays, a hexagon is near, a circle is far: as on the console and in the terminal. */
const shapes = { device: '■', edge: '⬢', cloud: '⬤', none: '–' } as const;
/** A refusal by privacy is a promise kept: the console's shield. */
const privacyMark =
  '<svg class="shield" viewBox="0 0 10 10" aria-hidden="true"><path d="M5 .8 9 2.4v2.4C9 7.2 7.2 8.8 5 9.6 2.8 8.8 1 7.2 1 4.8V2.4z"/></svg>';

function tierMark(tier: DecisionTrace['tier']): string {
  const name = tier ?? 'none';
  return `<span class="tier ${name}"><span aria-hidden="true">${shapes[name]}</span> ${name === 'none' ? 'nowhere' : name}</span>`;
}

const marks: Record<Provenance, string> = { measured: '●', calibrated: '◐', estimated: '○' };

/** A filled dot for measured, a half for calibrated, a ring for estimated. */
const provenanceMark = (provenance: Provenance): string =>
  `<span role="img" aria-label="${provenance}" title="${provenance}">${marks[provenance]}</span>`;

const clockTime = (iso: string): string => iso.slice(11, 19);

function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The middle of an id says little. */
const shorten = (id: string): string =>
  id.length > 20 ? `${id.slice(0, 14)}…${id.slice(-6)}` : id;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const text = (raw: string): string => raw.replace(/[&<>"']/g, (char) => entities[char]!);
