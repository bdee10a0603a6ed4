import { createHash } from 'node:crypto';
import type { AuditReport } from '../../finding.ts';
import {
  baselineSentence,
  notReadSentence,
  partlyPlace,
  partlySentence,
  severities,
  skippedSentence,
  summarySentence,
} from '../words.ts';
import { facets } from './facets.ts';
import { findingCard } from './finding-card.ts';
import { codebaseMap } from './map.ts';
import { html, Markup } from './markup.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/**
 * The report as a page: one file that asks for nothing else, light or dark, from a telephone's
 * width up: the codebase drawn with its couplings on it, what to filter by, and each call with the
 * lines that say so. What came from the code is escaped, and the page's policy allows no script but
 * its own.
 */
export function auditPage(report: AuditReport): string {
  const { findings, local, secrets, skipped } = report;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${new Markup(hashOf(style))}'; script-src '${new Markup(hashOf(script))}'; base-uri 'none'; form-action 'none'">
<title>Inference coupling</title><style>${new Markup(style)}</style></head>
<body><main>
<header><strong>Inference coupling</strong><span class="soft">selvedge audit</span></header>
<h1>${summarySentence(report)}</h1>
${report.baseline ? html`<p>${baselineSentence(report)}</p>` : undefined}
<p class="soft">${skippedSentence(report)} ${notReadSentence(report)}</p>
<section><h2>The codebase</h2><p class="soft">A box is a directory, a mark a call: its hue is the suggested tier, its shape who waits. Choose a box to see its calls, a mark to see why.</p>${codebaseMap(report)}</section>
${findings.length > 0 ? calls(report) : undefined}
${list('Keys in the code', secrets, (each) => html`${each.new ? 'new ' : ''}<code>${each.file}:${each.line}</code> ${each.service} <code>${each.masked}</code>`)}
${list('Already local', local, (each) => html`<code>${each.file}:${each.line}</code> ${each.service}`)}
${list('Not audited', skipped.notAudited, (each) => html`<code>${each.path}</code> ${each.reason}${each.detail ? html`: ${each.detail}` : undefined}`)}
${list('Partly audited', skipped.partlyAudited, (each) => html`<code>${partlyPlace(each)}</code>${each.detail ? html`: ${each.detail}` : undefined}`, partlySentence)}
</main><script>${new Markup(script)}</script></body></html>
`;
  return page.text;
}

const hashOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** The calls, the severest first, beside what they can be filtered by. */
const calls = ({ findings }: AuditReport): Markup => html`<section class="calls">
<h2>Calls <output class="soft" id="shown" aria-live="polite"></output></h2>
${facets(findings)}
<div class="list">${severities.map((severity) => {
  const group = findings.filter((finding) => finding.severity === severity);
  if (group.length === 0) return undefined;
  return html`<div class="group"><h3><span class="severity ${severity}">${severity}</span> <span class="soft">${meaning[severity]}</span></h3>${group.map(findingCard)}</div>`;
})}
<p class="empty soft" hidden>No call fits. <button type="reset" form="facets">Show all</button></p>
<p class="soft keys"><kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>Enter</kbd> open <kbd>Esc</kbd> show all</p></div>
</section>`;

const meaning: Readonly<Record<(typeof severities)[number], string>> = {
  high: 'a user waits with no way out, or what may be personal leaves',
  medium:
    'a user waits behind such a call, a timeout or a server of your own; or something personal is sent',
  low: 'nobody waits, or another answer stands by; nothing says that it is personal',
};

function list<T>(
  title: string,
  items: readonly T[],
  line: (item: T) => Markup,
  about?: string,
): Markup | undefined {
  if (items.length === 0) return undefined;
  const more = items.length - maxListed;
  return html`<section><h2>${title} <small class="soft">${items.length}</small></h2>${about && html`<p class="soft">${about}.</p>`}<ul>${items.slice(0, maxListed).map((item) => html`<li>${line(item)}</li>`)}${more > 0 ? html`<li>and ${more} more</li>` : undefined}</ul></section>`;
}

const maxListed = 500;
