import { createHash } from 'node:crypto';
import type { AuditReport, Finding } from '../../finding.ts';
import { missingOf, serviceOf, skippedSentence, summarySentence, waitsWord } from '../words.ts';
import { codebaseMap, shapes } from './map.ts';
import { html, Markup } from './markup.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/**
 * The report as a page: one file that asks for nothing else, light or dark, from a telephone's
 * width up: the codebase drawn with its couplings on it, and the list that filters. What came from
 * the code is escaped, and the page's policy allows no script but its own.
 */
export function auditPage(report: AuditReport): string {
  const { findings, local, secrets, skipped } = report;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${new Markup(hashOf(style))}'; script-src '${new Markup(hashOf(script))}'; base-uri 'none'; form-action 'none'">
<title>Inference coupling</title><style>${new Markup(style)}</style></head>
<body><main>
<header><strong>Inference coupling</strong></header>
<h1>${summarySentence(report)}</h1>
<p class="soft">${skippedSentence(report)}</p>
<section><h2>The codebase</h2>${codebaseMap(report)}${legend}</section>
<section><h2>Calls <small class="soft" id="shown"></small></h2>
${filters(findings)}
<table><thead><tr><th>where</th><th>service</th><th>who waits</th><th>against failure</th><th>data</th><th>suggested tier</th></tr></thead>
<tbody>${findings.map(row)}</tbody></table></section>
${list('Keys in the code', secrets, (each) => html`<code>${each.file}:${each.line}</code> ${each.service} <code>${each.masked}</code>`)}
${list('Already local', local, (each) => html`<code>${each.file}:${each.line}</code> ${each.service}`)}
${list('Not audited', skipped.notAudited, (each) => html`<code>${each.path}</code> ${each.reason} ${each.detail}`)}
</main><script>${new Markup(script)}</script></body></html>
`;
  return page.text;
}

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

const legend = html`<p class="legend"><span class="tier device">green: suggested on the device</span><span class="tier edge">amber: on an edge node</span><span class="tier cloud">violet: in the cloud</span>${(
  ['request', 'background', 'batch', 'unknown'] as const
).map(
  (sync) =>
    html`<span><svg viewBox="-5 -5 10 10" aria-hidden="true"><path d="${shapes[sync]}"/></svg> who waits: ${waitsWord[sync]}</span>`,
)}</p>`;

function filters(findings: readonly Finding[]): Markup {
  const choice = (name: string, label: string, of: (finding: Finding) => string) => {
    const values = [...new Set(findings.map(of))].sort();
    return html`<label>${label}<select name="${name}"><option value="">all</option>${values.map((value) => html`<option>${value}</option>`)}</select></label>`;
  };
  return html`<form><label>search<input name="text" type="search"></label>${choice('severity', 'severity', ({ severity }) => severity)}${choice('service', 'service', ({ service }) => service)}${choice('sync', 'who waits', ({ sync }) => sync)}${choice('tier', 'suggested tier', ({ suggestedTier }) => suggestedTier)}${choice('kind', 'found as', ({ kind }) => kind)}${choice('personal', 'personal', personalOf)}<button type="reset">clear</button></form>`;
}

const personalOf = ({ personal }: Finding): string => (personal.length > 0 ? 'signs' : 'no signs');

const directoryOf = (file: string): string =>
  file.slice(0, Math.max(0, file.lastIndexOf('/'))) || '.';

function row(finding: Finding): Markup {
  const { file, line, severity, service, sync, suggestedTier, kind, personal } = finding;
  return html`<tr data-directory="${directoryOf(file)}" data-severity="${severity}" data-service="${service}" data-sync="${sync}" data-tier="${suggestedTier}" data-kind="${kind}" data-personal="${personalOf(finding)}">
<td><details><summary><bdi class="id">${file}:${line}</bdi> <span class="severity ${severity}">${severity}</span> ${finding.new ? html`<span class="new">new</span>` : undefined}</summary><dl>${finding.evidence.map((each) => html`<dt><bdi class="id">${each.file}:${each.line}</bdi> ${each.says}</dt><dd><code>${each.code}</code></dd>`)}<dt>offline</dt><dd>${finding.offline}</dd><dt>how sure</dt><dd>${Math.round(finding.confidence * 100)}%</dd></dl></details></td>
<td>${serviceOf(finding)}${finding.streaming ? ', streamed' : ''}</td><td>${waitsWord[sync]}</td><td>${missingOf(finding)}</td>
<td>${finding.data}${personal.length > 0 ? html`<br><span class="soft">signs: ${[...new Set(personal.map(({ sign }) => sign))].slice(0, 4).join(', ')}</span>` : undefined}</td>
<td><span class="tier ${suggestedTier}">${suggestedTier}</span><br><span class="soft">${finding.tierReason}</span></td></tr>`;
}

function list<T>(
  title: string,
  items: readonly T[],
  line: (item: T) => Markup,
): Markup | undefined {
  if (items.length === 0) return undefined;
  const more = items.length - maxListed;
  return html`<section><h2>${title} <small class="soft">${items.length}</small></h2><ul>${items.slice(0, maxListed).map((item) => html`<li>${line(item)}</li>`)}${more > 0 ? html`<li>and ${more} more</li>` : undefined}</ul></section>`;
}

const maxListed = 500;
