import { arch, availableParallelism, platform, totalmem } from 'node:os';
import { hostProfile, type Profile } from '@selvedge/core/device';
import { fail } from '@selvedge/core/errors';
import { createEmulatedEngine } from '@selvedge/engines/emulated';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine } from '@selvedge/infer/engine';

/** An engine and what it runs on. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly profile: Profile;
}

const prefix = 'emulated:';

/**
 * Opens the engine of a `--engine` option: `onnxruntime`, or `emulated:TARGET`.
 *
 * @throws SelvedgeError `usage`; `not-found` for a target that the catalogue does not hold
 */
export function openEngine(name: string): OpenedEngine {
  if (name === 'onnxruntime') {
    const engine = createOrtEngine();
    return { engine, profile: thisMachine(engine) };
  }
  if (name.startsWith(prefix)) {
    const engine = createEmulatedEngine({
      inner: createOrtEngine(),
      target: name.slice(prefix.length),
    });
    return { engine, profile: engine.profile };
  }
  return fail('usage', `--engine is "${name}"`, {
    hint: `give onnxruntime, or ${prefix}TARGET with a target of selvedge targets`,
  });
}

const thisMachine = ({ name, version }: Engine): Profile =>
  hostProfile({
    os: platform(),
    arch: arch(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    engines: [{ name, version }],
  });
