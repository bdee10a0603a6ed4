import { describeRejection } from '@selvedge/core/route';
import { numberReader, type Tensor } from '@selvedge/infer/engine';
import type { Io } from '../io.ts';
import { provenanceDot } from '../provenance.ts';
import { formatTable } from '../table.ts';
import type { PlacedDecision } from './placed.ts';
import type { Answers } from './samples.ts';

const right = (head: string) => ({ head, align: 'right' as const });

/** The outputs in short, and in a sentence where they were computed. */
export function printAnswers(io: Io, { samples, outputs, decisions }: Answers): void {
  const rows = Object.entries(outputs).map(([name, tensor]) => [
    name,
    tensor.type,
    `[${tensor.shape.join(', ')}]`,
    firstElements(tensor),
  ]);
  io.print(formatTable(['output', 'type', 'shape', 'values'], rows, io));
  io.print('');
  for (const [place, group] of byPlace(decisions)) {
    const times = group.map(timeOf).sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    const dot = group[0]?.provenance ? ` ${provenanceDot(group[0].provenance)}` : '';
    const count = samples === 1 ? '' : `${group.length} of ${samples} samples: `;
    const typical = group.length === 1 ? '' : ' (median)';
    io.print(`${count}ran on ${place} in ${ms(median)}${typical}${dot}`);
  }
}

/** The engine's own time where it gave one: an emulated chip's is not the time that was waited. */
const timeOf = ({ computeMs, attempts }: PlacedDecision): number =>
  computeMs ?? attempts.at(-1)?.ms ?? 0;

function byPlace(decisions: readonly PlacedDecision[]): Map<string, PlacedDecision[]> {
  const places = new Map<string, PlacedDecision[]>();
  for (const decision of decisions) {
    const place = decision.attempts.at(-1)?.candidate ?? 'no place';
    places.set(place, [...(places.get(place) ?? []), decision]);
  }
  return places;
}

const shown = 6;

function firstElements(tensor: Tensor): string {
  const read = numberReader(tensor);
  const count = Math.min(shown, tensor.data.length);
  const values = Array.from({ length: count }, (_, index) =>
    tensor.type === 'string'
      ? JSON.stringify(tensor.data[index])
      : String(Number(read(index).toPrecision(5))),
  );
  return values.join(' ') + (tensor.data.length > shown ? ' …' : '');
}

/** Why a request ran where it ran: the plan, what was ruled out, what was tried. */
export function printDecision(io: Io, { plan, rejected, attempts, policy, rule }: PlacedDecision) {
  io.print(`\nDecided by ${policy}, rule ${rule}`);
  const steps = plan.map((step, index) => [
    String(index + 1),
    step.candidate,
    step.tier,
    `${ms(step.predictedMs)} ${provenanceDot(step.provenance)}`,
    String(step.cost),
    String(Number(step.score.toPrecision(4))),
  ]);
  const heads = ['', 'place', 'tier', right('predicted'), right('cost'), right('score')];
  if (steps.length > 0) io.print(formatTable(heads, steps, io));
  for (const rejection of rejected) io.print(describeRejection(rejection));
  const tries = attempts.map(({ candidate, outcome, ms: took, code = '' }) => [
    candidate,
    outcome,
    ms(took),
    code,
  ]);
  if (tries.length > 0) {
    io.print(`\n${formatTable(['attempt', 'outcome', right('took'), 'why'], tries, io)}`);
  }
}

const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`;
