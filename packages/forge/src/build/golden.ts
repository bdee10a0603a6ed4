import type { Golden } from '@selvedge/core/release';
import { apiVersion } from '@selvedge/core/schema';
import { formatBytes } from '@selvedge/core/units';
import { numberReader, type Session, type Tensor, type Tensors } from '@selvedge/infer/engine';
import { checkGolden, compareTensors, encodeInlineTensor } from '@selvedge/infer/golden';
import type { Precision } from './precision/index.ts';

/** A variant's golden document, or why it has none. */
export type GoldenResult =
  | { readonly golden: Golden; readonly warnings: readonly string[] }
  | { readonly refused: string };

/**
 * Makes the golden document of a loaded variant: its own answers to a few inputs, with tolerances
 * that another machine's ONNX Runtime stays within (other instruction sets sum in another order)
 * and a damaged model does not.
 *
 * An output that differs between two runs, or is nowhere finite, proves nothing and is left out.
 */
export async function makeGolden(
  session: Session,
  inputs: readonly Tensors[],
  precision: Precision,
): Promise<GoldenResult> {
  const cases = withinSize(await answer(session, inputs));
  const [first] = cases;
  const size = first ? bytesIn(first.inputs) + bytesIn(first.outputs) : 0;
  if (size > maxCaseBytes) return { refused: `one case of it takes ${formatBytes(size)}` };
  const again = await answer(
    session,
    cases.map((item) => item.inputs),
  );
  const warnings: string[] = [];
  const kept: string[] = [];
  for (const { name } of session.outputs) {
    const reason = whyUnfit(name, cases, again);
    if (reason) warnings.push(`output ${name} is not in the golden document: ${reason}`);
    else kept.push(name);
  }
  if (kept.length === 0) return { refused: warnings.join('; ') };
  const golden = document(cases, kept, precision);
  const checked = await checkGolden(session, golden);
  return checked.ok ? { golden, warnings } : { refused: checked.message };
}

interface Case {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/** Every device fetches the golden document: few cases, and few bytes where inputs are large. */
export const fewBytes = 256 * 1024;

/** More than this no device should fetch to see whether a model works. */
const maxCaseBytes = 32 * 1024 * 1024;

async function answer(session: Session, inputs: readonly Tensors[]): Promise<Case[]> {
  const cases: Case[] = [];
  for (const one of inputs) cases.push({ inputs: one, outputs: (await session.run(one)).outputs });
  return cases;
}

function withinSize(cases: readonly Case[]): Case[] {
  let bytes = 0;
  return cases.filter((item, at) => {
    bytes += bytesIn(item.inputs) + bytesIn(item.outputs);
    return at === 0 || bytes <= fewBytes;
  });
}

export const bytesIn = (tensors: Tensors): number =>
  Object.values(tensors).reduce(
    (sum, { data }) => sum + ('byteLength' in data ? data.byteLength : 16 * data.length),
    0,
  );

function whyUnfit(
  name: string,
  cases: readonly Case[],
  again: readonly Case[],
): string | undefined {
  let finite = false;
  for (const [at, item] of cases.entries()) {
    const first = item.outputs[name];
    const second = again[at]?.outputs[name];
    if (!first || !second) return 'it is not always given';
    if (!compareTensors(second, first).ok) return 'two runs of it differ';
    finite ||= first.type === 'string' || first.data.length === 0 || largest(first) !== undefined;
  }
  return finite ? undefined : 'no element of it is finite';
}

function document(cases: readonly Case[], kept: readonly string[], precision: Precision): Golden {
  return {
    apiVersion,
    kind: 'Golden',
    cases: cases.map(({ inputs, outputs }) => ({
      inputs: encodeAll(inputs, Object.keys(inputs)),
      outputs: encodeAll(outputs, kept),
    })),
    tolerance: Object.fromEntries(
      kept.map((name) => [
        name,
        toleranceOf(
          cases.map(({ outputs }) => outputs[name] as Tensor),
          precision,
        ),
      ]),
    ),
  };
}

const encodeAll = (tensors: Tensors, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, encodeInlineTensor(tensors[name] as Tensor)]));

function toleranceOf(
  outputs: readonly Tensor[],
  { margin }: Precision,
): Golden['tolerance'][string] {
  const [first] = outputs as [Tensor];
  if (!first.type.includes('float')) {
    // Quantised outputs may land on the neighbouring step; counts, indices and text may not.
    const step = first.type === 'uint8' || first.type === 'int8' ? 1 : 0;
    return { absolute: step, relative: 0 };
  }
  const scale = Math.max(0, ...outputs.map((output) => largest(output) ?? 0));
  const absolute = Number((margin.absolute * scale).toPrecision(3));
  const tolerance = { absolute, relative: margin.relative };
  const clear = outputs.every((output) => hasClearWinner(output, tolerance));
  return clear ? { ...tolerance, argmax: true } : tolerance;
}

/** Largest magnitude among the finite elements; undefined where there are none. */
function largest(tensor: Tensor): number | undefined {
  const read = numberReader(tensor);
  let most: number | undefined;
  for (let at = 0; at < tensor.data.length; at += 1) {
    const magnitude = Math.abs(read(at));
    if (Number.isFinite(magnitude)) most = Math.max(most ?? 0, magnitude);
  }
  return most;
}

/** One row of scores whose first place stays first when both places move by their tolerance. */
function hasClearWinner(
  tensor: Tensor,
  { absolute, relative }: { absolute: number; relative: number },
): boolean {
  const longSides = tensor.shape.filter((side) => side > 1).length;
  if (longSides !== 1 || (tensor.shape.length > 1 && tensor.shape[0] !== 1)) return false;
  const read = numberReader(tensor);
  const scores = Array.from({ length: tensor.data.length }, (_, at) => read(at));
  if (!scores.every(Number.isFinite)) return false;
  const [best, second] = scores.sort((a, b) => b - a) as [number, number];
  return best - second > 2 * absolute + relative * (Math.abs(best) + Math.abs(second));
}
