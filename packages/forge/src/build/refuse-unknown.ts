import { catalogue } from '@selvedge/core/device';
import { fail, isSelvedgeError } from '@selvedge/core/errors';
import type { Engine } from '@selvedge/infer/engine';
import { type Unknown, unknownIn } from './refusal-in-words.ts';
import type { LoadedModel } from './source-model.ts';

/**
 * Refuses a model whose operator nobody here knows, whose opset or IR version is too new, or that breaks
 * ONNX's rules: that is bad input, where an engine's lack of a kernel is not.
 *
 * @throws SelvedgeError `bad-model` naming the file, the node, its operator and the newest opset
 */
export function refuseUnknown(
  { op, node: told, words, isBroken }: Unknown,
  source: LoadedModel,
  { name, version }: Engine,
): never {
  const node = op === undefined ? undefined : (told ?? firstOf(op, source));
  const where = node === undefined ? '' : `node ${node}: `;
  const newest = newestOpset(name);
  const { opset } = source.facts;
  return fail(
    'bad-model',
    `${source.file}: ${where}${name} ${version} does not load it: ${words}`,
    {
      hint: isBroken
        ? 'check it with onnx.checker, and export it again'
        : `export it with standard operators of ONNX${newest === undefined ? '' : `, in opset ${newest} or lower`}`,
      details: { file: source.file, opset, ...(op && { op }), ...(node && { node }) },
    },
  );
}

/** What an engine threw as it loaded a model; the same as {@link refuseUnknown} where it is that. */
export function rethrowLoading(caught: unknown, source: LoadedModel, engine: Engine): never {
  const isRefusal = isSelvedgeError(caught) && caught.code === 'bad-model';
  const unknown = isRefusal ? unknownIn(caught.message) : undefined;
  if (unknown) return refuseUnknown(unknown, source, engine);
  throw caught;
}

/** As the catalogue has it of the targets that it runs on. */
const newestOpset = (engine: string): number | undefined =>
  catalogue.flatMap(({ engines }) => engines).find(({ name }) => name === engine)?.opset;

/** The engine tells no node of an operator that is of no domain it knows. */
function firstOf(op: string, { model }: LoadedModel): string | undefined {
  const found = model.graph.node.find(({ opType }) => opType === op);
  return found && (found.name || found.output[0]);
}
