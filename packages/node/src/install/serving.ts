import type { InstallTarget } from '@selvedge/core/release';
import type { FamilyName } from '@selvedge/core/schema';
import type { Session } from '@selvedge/infer/engine';
import type { ActiveVariant } from './ports.ts';

/** A variant that answers, until it is retired. */
export interface Serving extends ActiveVariant {
  /** No more runs come; the session closes when those in flight have ended. */
  retire(): Promise<void>;
}

/** Puts a loaded session to work. */
export function serve(family: FamilyName, target: InstallTarget, session: Session): Serving {
  let running = 0;
  let retired: (() => void) | undefined;
  return {
    ...target,
    family,
    digest: target.variant.manifest.digest,
    inputs: session.inputs,
    outputs: session.outputs,
    async run(inputs, options) {
      running += 1;
      try {
        return await session.run(inputs, options);
      } finally {
        running -= 1;
        if (running === 0) retired?.();
      }
    },
    async retire() {
      if (running > 0) await new Promise<void>((resolve) => (retired = resolve));
      await session.close();
    },
  };
}
