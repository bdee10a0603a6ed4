import { arch, cpus, platform, totalmem } from 'node:os';
import { hostProfile, type Profile, profileOf } from '@selvedge/core/device';
import { createEmulatedEngine, type ModelCost } from '@selvedge/engines/emulated';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine, ModelBytes } from '@selvedge/infer/engine';
import type { LoadModel } from '@selvedge/node/install';
import type { AgentOptions } from './options.ts';

/** What runs the device's models, and what it is able to. */
export interface DeviceEngine {
  readonly engine: Engine;
  readonly load: LoadModel;
  readonly profile: Profile;
  close(): Promise<void>;
}

/**
 * The device's engine and profile: those of an emulated target, or this machine's own.
 * @throws SelvedgeError `not-found` for a target that the catalogue does not have.
 */
export function openDeviceEngine(options: AgentOptions): DeviceEngine {
  const inner = options.engine ?? createOrtEngine();
  // An engine that was given is its owner's to close.
  const close = async (): Promise<void> => (options.engine ? undefined : inner.close());
  if (options.emulate !== undefined) {
    const profile = options.profile ?? profileOf(options.emulate);
    return { ...emulated(inner, profile), profile, close };
  }
  const profile = options.profile ?? thisMachine(inner);
  return { engine: inner, load: (model) => inner.load(model), profile, close };
}

/** An emulated chip reckons with what the signed release says that the variant costs. */
function emulated(inner: Engine, profile: Profile): Pick<DeviceEngine, 'engine' | 'load'> {
  const costs = new WeakMap<ModelBytes, ModelCost>();
  const engine = createEmulatedEngine({
    inner,
    target: profile,
    costOf: (model) => costs.get(model)!,
  });
  return {
    engine,
    load(model, { variant }) {
      costs.set(model, { workload: variant.workload, precision: variant.precision });
      return engine.load(model);
    },
  };
}

const thisMachine = ({ name, version }: Engine): Profile =>
  hostProfile({
    os: platform(),
    arch: arch(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    engines: [{ name, version }],
  });
