import { toSelvedgeError } from '@selvedge/core/errors';
import { formatBytes } from '@selvedge/core/units';
import type { Engine, Session } from '@selvedge/infer/engine';
import { engineModel, type ModelFile, sizeOf } from './model-file.ts';
import { type Unknown, unknownIn } from './refusal-in-words.ts';

/** Why an engine won't have a model. */
export interface EngineRefusal {
  readonly refused: string;
  /** Present where the engine does not know what the model is made of. */
  readonly unknown?: Unknown;
}

/** A session, or why the engine won't have the model. */
export async function loadOrExplain(
  engine: Engine,
  file: ModelFile,
  name: string,
): Promise<Session | EngineRefusal> {
  const unheld = whyNotHeld(file);
  if (unheld) return { refused: unheld };
  try {
    return await engine.load(engineModel(file, name));
  } catch (caught) {
    const error = toSelvedgeError(caught, 'engine-failed');
    if (error.code !== 'bad-model' && error.code !== 'out-of-memory') throw error;
    const unknown = unknownIn(error.message);
    const node = unknown?.node === undefined ? '' : `node ${unknown.node}: `;
    const words = unknown ? `${node}${unknown.words}` : error.message;
    return {
      refused: `${engine.name} ${engine.version} does not load it: ${words}`,
      ...(unknown && { unknown }),
    };
  }
}

/**
 * Why this machine should not try to load a streamed model: an engine that maps the weights holds
 * them once more in the order its kernels read them.
 */
function whyNotHeld(file: ModelFile): string | undefined {
  const [needed, free] = [2 * sizeOf(file), process.availableMemory()];
  if (!file.data || needed <= free) return undefined;
  return `an engine takes some ${formatBytes(needed)} of memory to run it, and ${formatBytes(free)} are free: build on a larger machine`;
}
