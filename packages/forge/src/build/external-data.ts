import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { fail } from '@selvedge/core/errors';
import { attachExternal, externalReferences, type Model } from '@selvedge/onnx';

/** protobuf's limit for one message, which an ONNX file is. */
export const maxModelBytes = 2 ** 31 - 1;

/**
 * Brings tensors that stand in files beside the model into it, so that a variant is one file with
 * one digest (onnx/docs/ExternalData.md). A model without such tensors comes back as it is.
 *
 * Locations come from whoever made the model, who may be a stranger: one that leads out of its
 * directory would put any file of the builder into what is published. (A blueprint's paths are the
 * builder's own and may lead anywhere: plan.ts.)
 *
 * @param directory where the model stands; locations are relative to it
 * @throws SelvedgeError `bad-model` naming the file that is missing, too short, too large or outside
 */
export async function inlineExternalData(
  model: Model,
  directory: string,
  name: string,
): Promise<Model> {
  const locations = new Set(externalReferences(model).map(({ location }) => location));
  if (locations.size === 0) return model;
  const files: Record<string, Uint8Array> = {};
  let total = 0;
  for (const location of locations) {
    const bytes = await readLocation(location, directory, name);
    total += bytes.length;
    if (total > maxModelBytes) tooLarge(name);
    files[location] = bytes;
  }
  const whole = attachExternal(model, files);
  const [left] = externalReferences(whole);
  if (left) fail('bad-model', `${name}: the external data of ${left.tensor} cannot be brought in`);
  return whole;
}

async function readLocation(
  location: string,
  directory: string,
  name: string,
): Promise<Uint8Array> {
  const inside = normalize(location);
  if (isAbsolute(location) || inside === '..' || inside.startsWith(`..${sep}`)) {
    return fail(
      'bad-model',
      `${name}: external data points outside the model's directory: ${location}`,
      {
        hint: 'external data must stand beside the model',
        details: { file: name, location },
      },
    );
  }
  const path = join(directory, location);
  const found = await stat(path).catch((cause: unknown) =>
    fail('bad-model', `${name} needs its external data ${path}, which is not there`, {
      hint: 'put the external data beside the model',
      details: { file: path },
      cause,
    }),
  );
  if (found.size > maxModelBytes) tooLarge(name);
  return new Uint8Array(await readFile(path));
}

function tooLarge(name: string): never {
  return fail(
    'bad-model',
    `${name}: its external data is over 2 GB, more than one ONNX file holds`,
    {
      hint: 'build a smaller model',
      details: { file: name },
    },
  );
}
