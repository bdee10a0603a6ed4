import type { DecisionTrace } from '@selvedge/agent';
import { describeRejection } from '@selvedge/core/route';
import type { Io } from '../io.ts';
import { privacyMark, tierMark } from '../marks.ts';
import type { Answered } from './requests.ts';

/** A request's way in one line: asked for, where it ran, why there. A refusal is a promise kept. */
export function requestLine(
  { asked, trace, answer, refusal }: Answered,
  { progressColour: colour }: Pick<Io, 'progressColour'>,
): string {
  const begin = `${asked.title}: `;
  if (trace?.tier) {
    const ms = Number(trace.ms.toPrecision(2));
    return `${begin}“${answer}” from ${tierMark(trace.tier, { colour })} (${placeOf(trace)}) in ${ms} ms ●; ${because(trace)}`;
  }
  if (trace?.error !== 'privacy') return `${begin}no answer: ${refusal}`;
  const tried = trace.attempts.map(({ candidate }) => `${candidate} failed, and `).join('');
  const kept = trace.rejected.find(({ rule }) => rule === trace.rule);
  return `${begin}${privacyMark} kept private: ${tried}${kept ? describeRejection(kept) : trace.reason}`;
}

/** `edge/local, edge-fp32`; the device's own place has the variant in its name. */
const placeOf = ({ candidate, variant }: DecisionTrace): string =>
  candidate && variant && !candidate.endsWith(variant)
    ? `${candidate}, ${variant}`
    : `${candidate}`;

/** Why it ran there; after a failure the trace's own sentence, which names the place that failed. */
const because = ({ rule, reason }: DecisionTrace): string => {
  if (rule === 'fallback') return `${reason} (rule fallback)`;
  return rule === 'objective'
    ? 'the best of all places (rule objective)'
    : `the best that is allowed (rule ${rule})`;
};
