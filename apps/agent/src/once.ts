import type { DeviceId } from '@selvedge/core/api';
import type { Profile } from '@selvedge/core/device';
import type { SelvedgeError } from '@selvedge/core/errors';
import type { InstalledVariant } from '@selvedge/core/release';
import type { Transfer } from '@selvedge/node/install';
import { openAgent } from './agent.ts';
import type { AgentOptions } from './options.ts';

/** What `agent --once` says on stdout. */
export interface OnceReport {
  readonly device: DeviceId;
  readonly profile: Profile;
  /** What answers, and what was rolled back; `state` tells them apart. */
  readonly installed: readonly InstalledVariant[];
  readonly transferred: Transfer;
  readonly refused: readonly { readonly code: string; readonly message: string }[];
  /** What failed outside and is worth a retry. */
  readonly failed: readonly { readonly code: string; readonly message: string }[];
  /** Whether the hub knows this state. */
  readonly reported: boolean;
}

/**
 * One round of an agent: refresh, install, verify, answer the golden inputs, commit, report.
 *
 * @returns the report, and the error that decides the exit code: the first refusal, else the first
 * failure outside, else why the hub could not be told.
 * @throws SelvedgeError what `openAgent` throws
 */
export async function runOnce(
  options: AgentOptions,
): Promise<{ report: OnceReport; error: SelvedgeError | undefined }> {
  const agent = await openAgent({ ...options, pollSeconds: 0 });
  try {
    const { refused, failed, transferred, untold } = await agent.poll();
    const { device, profile, installed } = agent.state();
    const [error = untold] = [...refused, ...failed];
    const report = {
      device,
      profile,
      installed,
      transferred,
      refused: refused.map(brief),
      failed: failed.map(brief),
      reported: untold === undefined,
    };
    return { report, error };
  } finally {
    await agent.close();
  }
}

const brief = ({ code, message }: SelvedgeError) => ({ code, message });
