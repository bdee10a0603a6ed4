import { fail } from '@selvedge/core/errors';
import type { ElementType, TensorSpec } from '@selvedge/core/schema';
import type { Tensor } from '@selvedge/infer/engine';
import type { Dataset } from '../dataset/index.ts';

/**
 * What makes a calibration set look unlike what the model is really given, a sentence each. Ranges
 * are learned from it as it is, so integers where the model takes fractions, or one value all over,
 * make a model that fits and answers badly.
 *
 * @param evaluation what it is held against: integers that this holds too are what the model takes
 * @throws SelvedgeError `bad-dataset` for integers of more than 8 bits where the model takes
 * floats and nothing says that they are meant
 */
export async function calibrationFindings(
  calibration: Dataset,
  evaluation: Dataset | undefined,
  inputs: readonly TensorSpec[],
): Promise<string[]> {
  const given = inputs.filter(({ name, type }) => calibration.stored[name] && isFloat(type));
  const integers = given.flatMap((spec) => integerFinding(spec, calibration, evaluation) ?? []);
  return [...integers, ...(await constantFindings(calibration, given))];
}

const isFloat = (type: ElementType): boolean => type.includes('float');

function integerFinding(
  { name, type }: TensorSpec,
  calibration: Dataset,
  evaluation: Dataset | undefined,
): string | undefined {
  const stored = calibration.stored[name];
  if (!stored || isFloat(stored.type) || evaluation?.stored[name]?.type === stored.type)
    return undefined;
  const said = `${stored.file} holds ${stored.type}, ${name} takes ${type}`;
  if (!['uint8', 'int8', 'bool'].includes(stored.type)) {
    fail('bad-dataset', said, {
      hint: `save what the model is really given, as ${type}`,
      details: { file: stored.file, input: name, expected: type, found: stored.type },
    });
  }
  return `${said}: its values are taken as they are, unscaled`;
}

/** Reads only as far as something differs, which is two samples of most sets. */
async function constantFindings(
  calibration: Dataset,
  given: readonly TensorSpec[],
): Promise<string[]> {
  const first = await calibration.sample(0);
  const same = new Set(given.map(({ name }) => name));
  for (let at = 1; at < calibration.samples && same.size > 0; at += 1) {
    const sample = await calibration.sample(at);
    for (const name of same) {
      if (!equal(first[name] as Tensor, sample[name] as Tensor)) same.delete(name);
    }
  }
  const found: string[] = [];
  for (const name of same) {
    const file = calibration.stored[name]?.file ?? calibration.path;
    const { data } = first[name] as Tensor;
    const of = calibration.samples === 1 ? 'its one sample' : `all ${calibration.samples} samples`;
    if (data.length > 0 && uniform(data))
      found.push(
        `${file}: ${name} is ${data[0]} everywhere in ${of}: its range is no width at all`,
      );
    else if (calibration.samples > 1)
      found.push(`${file}: ${name} is the same in ${of}: ranges are learned from one`);
  }
  return found;
}

const equal = ({ data: a }: Tensor, { data: b }: Tensor): boolean =>
  a.length === b.length && a.every((value: unknown, at: number) => value === b[at]);

const uniform = (data: Tensor['data']): boolean =>
  (data as ArrayLike<unknown> & { every(test: (value: unknown) => boolean): boolean }).every(
    (value) => value === data[0],
  );
