import type { ReleaseVariant } from '@selvedge/core/release';
import { formatBytes } from '@selvedge/core/units';
import { type BuildReport, formatLatency, formatQuality } from '@selvedge/forge';
import type { Io } from '../io.ts';
import { privacyMark, tierMark } from '../marks.ts';
import { provenanceDot, provenanceLegend } from '../provenance.ts';
import { formatTable } from '../table.ts';
import type { Device } from './devices.ts';
import type { Journey } from './journey.ts';

const right = (head: string) => ({ head, align: 'right' as const });

/** What the journey came to: the variants, the devices, the requests. */
export function summaryOf(journey: Journey, io: Io): string {
  const { report } = journey;
  return [
    '',
    `${report.family} ${report.version}: ${sentenceOf(journey)}`,
    '',
    variantTable(report, io),
    '',
    deviceTable(journey, io),
    '',
    requestTable(journey, io),
    '',
    provenanceLegend,
  ].join('\n');
}

const committedOn = ({ agent }: Device) =>
  agent.state().installed.find(({ state }) => state === 'committed');

function sentenceOf({ devices, report }: Journey): string {
  const current = devices.filter((device) => committedOn(device)?.version === report.version);
  const variants = new Set(current.map((device) => committedOn(device)?.variant));
  const choices = `${variants.size} ${variants.size === 1 ? 'variant' : 'different variants'}`;
  return `${current.length} of ${devices.length} devices run it, with ${choices}`;
}

function variantTable({ variants }: BuildReport, io: Io): string {
  const rows = variants.map(({ id, tier, status, bytes, quality, latency, reason }) => [
    tierMark(tier, io),
    id,
    bytes === null ? '—' : formatBytes(bytes),
    quality
      ? `${formatQuality(quality.metric, quality.value)} ${provenanceDot(quality.provenance)}`
      : '—',
    latency ? formatLatency(latency) : '—',
    status === 'pass' ? status : `${status}: ${reason}`,
  ]);
  const heads = ['tier', 'variant', right('size'), right('quality'), right('here'), 'bar'];
  return formatTable(heads, rows, io);
}

function deviceTable({ devices, report }: Journey, io: Io): string {
  const rows = devices.map((device) => {
    const { name, target, url } = device;
    const entry = committedOn(device);
    const estimate = report.variants
      .find(({ id }) => id === entry?.variant)
      ?.estimates.find((one: ReleaseVariant['latency'][number]) => one.target === target);
    return [
      name,
      target,
      entry?.variant ?? 'nothing',
      entry?.version ?? '—',
      estimate ? formatLatency(estimate) : '—',
      `${url}/`,
    ];
  });
  const heads = [
    'device',
    { head: 'target', wrap: 10 },
    { head: 'runs', wrap: 8 },
    'version',
    right('there'),
    'its own page',
  ];
  return formatTable(heads, rows, io);
}

function requestTable({ answers }: Journey, io: Io): string {
  const rows = answers.map(({ asked, trace, answer }) => [
    asked.title,
    trace?.tier ? tierMark(trace.tier, io) : nowhere(trace?.error),
    answer ?? '—',
    trace?.rule ?? '—',
  ]);
  return formatTable(['request', 'ran on', 'answer', 'rule'], rows, io);
}

const nowhere = (error: string | undefined): string =>
  error === 'privacy' ? `${privacyMark} kept private` : `nowhere (${error ?? 'no decision'})`;

/** The one document of `--json`. */
export function resultOf({ hub, edge, devices, answers, report }: Journey) {
  return {
    hub: hub.url,
    edge: { url: edge.url, inferUrl: edge.inferUrl },
    family: report.family,
    version: report.version,
    devices: devices.map(({ name, target, url, agent }) => ({
      name,
      target,
      url,
      device: agent.device,
      installed: agent.state().installed,
    })),
    requests: answers.map(({ asked, trace, answer, refusal }) => ({
      title: asked.title,
      tier: trace?.tier ?? null,
      candidate: trace?.candidate ?? null,
      rule: trace?.rule ?? null,
      reason: trace?.reason ?? null,
      answer: answer ?? null,
      refusal: refusal ?? null,
      decision: trace?.id ?? null,
    })),
  };
}
