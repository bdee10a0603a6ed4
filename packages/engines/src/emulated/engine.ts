import { type Chip, type Profile, profileOf } from '@selvedge/core/device';
import type { Engine, ModelBytes, Session } from '@selvedge/infer/engine';
import { type ChipCondition, Condition } from './condition.ts';
import type { CostOf, ModelCost } from './cost.ts';
import { graphCost } from './graph-cost.ts';
import type { PartitionOf } from './partition-of.ts';
import { EmulatedSession } from './session.ts';

export interface EmulatedEngineOptions {
  /** Computes the numbers, e.g. `createOrtEngine()`. Closed with this engine. */
  readonly inner: Engine;
  /** A target id, a chip of a catalogue of your own, or a profile. */
  readonly target: string | Chip | Profile;
  /**
   * What a model costs: the same for every request (its signed release says so), or by shapes.
   * By default its graph is counted for each request's shapes.
   */
  readonly costOf?: (model: ModelBytes) => ModelCost | CostOf;
  /** Whether to wait where the chip would be slower than this machine. Default true. */
  readonly pace?: boolean;
  /** Milliseconds; by which the chip warms and cools. Default `performance.now`. */
  readonly clock?: () => number;
  /** How its runtime divides a model, where `costOf` counts its graph. */
  readonly partition?: PartitionOf;
}

export interface EmulatedEngine extends Engine {
  readonly name: 'emulated';
  readonly profile: Profile;
  /** Heat, clock and energy after what it ran so far. */
  readonly condition: ChipCondition;
}

/**
 * A chip of the catalogue as an engine: another engine's numbers, the chip's time (`estimate` of
 * `@selvedge/core/device`), the partitions its runtime would make, its memory limit, energy and
 * heat: under load it slows down as its cooling lets it. No time it gives is measured. Where the chip would be slower than this machine the answer waits for it, so that
 * deadlines behave; where it would be faster, only the reported time is.
 *
 * @throws SelvedgeError `not-found` for a target that the catalogue does not hold.
 */
export function createEmulatedEngine(options: EmulatedEngineOptions): EmulatedEngine {
  const { inner, target, costOf = graphCost, pace = true, partition } = options;
  const { clock = () => performance.now() } = options;
  const profile = typeof target === 'object' && 'memory' in target ? target : profileOf(target);
  const condition = new Condition(profile.cooling);
  return {
    name: 'emulated',
    version: inner.version,
    ...(profile.target === undefined ? {} : { target: profile.target }),
    profile,
    get condition() {
      return condition.now;
    },
    async load(model: ModelBytes): Promise<Session> {
      const session = await inner.load(model);
      try {
        const name = model.name ?? 'the model';
        const cost = costOf(model);
        const byShapes = typeof cost === 'function' ? cost : () => cost;
        return new EmulatedSession(session, byShapes, {
          ...{ profile, pace, name, clock, condition },
          ...(partition && { partition }),
        });
      } catch (caught) {
        await session.close();
        throw caught;
      }
    },
    close: () => inner.close(),
  };
}
