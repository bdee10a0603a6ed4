import type { Golden } from '@selvedge/core/release';
import type { RunOptions, Session } from '../engine/index.ts';
import { compareTensors } from './compare.ts';
import { decodeInlineTensor, decodeInlineTensors } from './inline.ts';

/** Whether a loaded model answers its golden inputs. */
export interface GoldenResult {
  readonly ok: boolean;
  /** Largest error over its tolerance, across cases and outputs; above 1 fails. */
  readonly worst: number;
  /** One line: what was checked, or the first thing that differs. */
  readonly message: string;
}

/**
 * Runs every golden case through the session and compares the outputs (promise 3). A wrong answer
 * is a result; an engine that fails to answer throws what the session throws.
 *
 * @throws SelvedgeError `bad-document` for a malformed golden document, and what `session.run` throws.
 */
export async function checkGolden(
  session: Session,
  golden: Golden,
  options?: RunOptions,
): Promise<GoldenResult> {
  let worst = 0;
  for (const [index, item] of golden.cases.entries()) {
    if (Object.keys(item.outputs).length === 0)
      return refuse(`golden case ${index} compares no output`);
    const { outputs } = await session.run(decodeInlineTensors(item.inputs), options);
    for (const [name, inline] of Object.entries(item.outputs)) {
      const label = `golden case ${index}, output "${name}"`;
      const actual = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
      if (!actual) return refuse(`${label}: the model does not give it`);
      const expected = decodeInlineTensor(inline, label);
      const compared = compareTensors(actual, expected, golden.tolerance[name]);
      if (!compared.ok) return refuse(`${label}: ${compared.message}`, compared.worst);
      worst = Math.max(worst, compared.worst);
    }
  }
  const count = golden.cases.length;
  return { ok: true, worst, message: `${count} golden ${count === 1 ? 'case' : 'cases'} answered` };
}

const refuse = (message: string, worst = Number.POSITIVE_INFINITY): GoldenResult => ({
  ok: false,
  worst,
  message,
});
