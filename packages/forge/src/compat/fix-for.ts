import { profileOf } from '@selvedge/core/device';
import {
  asksFor,
  fixDimensions,
  fixModel,
  freeDimensions,
  inferValues,
  judge,
  type Model,
  type NodeVerdict,
  type PassReport,
  type PassResult,
  type SupportList,
} from '@selvedge/onnx';
import { providers } from './providers.ts';
import { supportList } from './support-list.ts';

/**
 * Changes a model so that targets' accelerators run more of it, where the answers stay the same (to
 * rounding): a free number of samples becomes one where a compiler needs fixed sizes, and operators
 * that an accelerator does not run are said by those that it does. What one target needs stays for
 * all: it answers the same there too.
 *
 * @throws SelvedgeError `not-found` for a target that the catalogue lacks
 */
export function fixFor(targets: readonly string[], model: Model): PassResult {
  const lists = [...new Set(targets.map(listOf))].filter((list) => list !== undefined);
  const first = lists.map((list) => fixSamples(model, list)).find((fix) => fix !== undefined);
  const reports: PassReport[] = first ? [first.report] : [];
  let fixed = first?.model ?? model;
  for (const list of lists) {
    const { model: next, report } = fixModel(fixed, list);
    fixed = next;
    reports.push(report);
  }
  const changed = reports.flatMap((report) => report.changed);
  const none = { skipped: 'nothing of it can be said otherwise for these targets' };
  return {
    model: fixed,
    report: {
      changed,
      left: reports.flatMap((report) => report.left),
      warnings: reports.flatMap((report) => report.warnings),
      ...(changed.length === 0 && none),
    },
  };
}

/** The list of a target's accelerator, or of its processor where it has none. */
function listOf(target: string): SupportList | undefined {
  const { units } = profileOf(target);
  const { provider } = units.find(({ kind }) => kind !== 'cpu') ?? units[0]!;
  const name = providers[provider]?.list;
  return name === undefined ? undefined : supportList(name);
}

/** One sample at a time, where that lets more nodes run; other free sizes only the author can choose. */
function fixSamples(model: Model, list: SupportList): PassResult | undefined {
  const free = freeDimensions(model);
  const before = refusals(model, list);
  if (free.length === 0 || !before.some(({ failing }) => asksFor(failing, 'fixed')))
    return undefined;
  const samples = free.filter(({ places }) => places.every((place) => place.endsWith('[0]')));
  const others = free.filter((dimension) => !samples.includes(dimension));
  const sizes = Object.fromEntries(samples.map(({ name }) => [name, 1]));
  const { model: fixed, report } = fixDimensions(model, sizes);
  const helps = refusals(fixed, list).length < before.length;
  const warnings = [
    ...(helps ? ['takes one sample at a time: a target needs fixed sizes'] : []),
    ...others.map(({ name }) => `the free dimension ${name} stays: its size is yours to choose`),
  ];
  if (helps) return { model: fixed, report: { ...report, warnings } };
  return { model, report: { changed: [], left: [], warnings } };
}

const refusals = (model: Model, list: SupportList): NodeVerdict[] =>
  judge(model, inferValues(model), list).filter(({ verdict }) => verdict === 'unsupported');
