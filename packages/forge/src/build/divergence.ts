import { numberReader, type Session, type Tensor, type Tensors } from '@selvedge/infer/engine';

/** Below this many dB a conversion is not what a rounding error does. */
const suspiciousDb = 10;

/**
 * A look at one answer beside the unconverted model's, where there is no evaluation set to measure
 * with: a sentence when it overflowed or is far off. One input proves nothing, so it is a warning,
 * and enough for `publish` to leave the variant behind.
 */
export async function warnOfDivergence(
  session: Session,
  reference: Session,
  inputs: Tensors,
): Promise<string[]> {
  if (session === reference) return [];
  const wanted = (await reference.run(inputs)).outputs;
  const found = (await session.run(inputs)).outputs;
  return Object.entries(wanted).flatMap(([name, tensor]) => {
    const actual = found[name];
    const sentence = actual && compare(tensor, actual);
    return sentence ? [`output ${name} ${sentence}, on one seeded input`] : [];
  });
}

function compare(wanted: Tensor, found: Tensor): string | undefined {
  if (!wanted.type.includes('float') || wanted.data.length !== found.data.length) return undefined;
  const g = numberReader(wanted);
  const y = numberReader(found);
  let signal = 0;
  let noise = 0;
  for (let at = 0; at < wanted.data.length; at += 1) {
    if (!Number.isFinite(g(at))) continue;
    if (!Number.isFinite(y(at))) return 'is not finite where the unconverted model is';
    signal += g(at) ** 2;
    noise += (g(at) - y(at)) ** 2;
  }
  const db = 10 * Math.log10(signal / noise);
  return signal > 0 && db < suspiciousDb
    ? `is ${db.toFixed(1)} dB from the unconverted model`
    : undefined;
}
