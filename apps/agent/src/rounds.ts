import type { Profile } from '@selvedge/core/device';
import { type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { LastPoll } from './agent-state.ts';
import type { DecisionSums } from './counts.ts';
import type { AgentEvent } from './options.ts';
import { type PollOptions, type PollResult, pollOnce } from './poll.ts';
import type { RemotePlace } from './remote-place.ts';
import type { Reporter } from './reporter.ts';

/** What one round came to. */
export interface RoundResult extends PollResult {
  /** Why the hub was not told of the new state, or of counts; the next round tries again. */
  readonly untold?: SelvedgeError;
}

export interface Rounds {
  /** One round. A caller that comes while one is under way gets its result. Never throws. */
  run(): Promise<RoundResult>;
  readonly last: LastPoll | null;
  /** Resolves when no round is under way. */
  settled(): Promise<void>;
}

export interface RoundOptions extends PollOptions {
  readonly remotes: readonly RemotePlace[];
  readonly profile: Profile;
  readonly reporter: Reporter;
  readonly counts: DecisionSums;
  readonly clock: () => Date;
  readonly emit: (event: AgentEvent) => void;
}

/** The agent's rounds: look for places, poll, tell the hub what changed and what was counted. */
export function openRounds(options: RoundOptions): Rounds {
  let last: LastPoll | null = null;
  let running: Promise<RoundResult> | undefined;

  const round = async (): Promise<RoundResult> => {
    await Promise.all(options.remotes.filter(isAway).map((place) => place.probe()));
    const result = await pollOnce(options);
    const told = [...result.refused, ...result.failed];
    const problems = told.map(({ code, message }) => ({ code, message }));
    last = { at: options.clock().toISOString(), problems };
    for (const error of told) options.emit(eventOf(error));
    const untold = await tellHub(result, options);
    return untold ? { ...result, untold } : result;
  };
  return {
    run() {
      running ??= round().finally(() => {
        running = undefined;
      });
      return running;
    },
    get last() {
      return last;
    },
    settled: async () => void (await running?.catch(() => {})),
  };
}

/** A place that answers requests is not asked again: the attempts themselves say how it is. */
const isAway = (place: RemotePlace): boolean => place.facts().unavailableReason !== undefined;

/** What does not reach the hub is tried again with the next round, and stops nothing here. */
async function tellHub(
  { problems }: PollResult,
  options: RoundOptions,
): Promise<SelvedgeError | undefined> {
  const { installer, profile, reporter, counts, emit } = options;
  const steps = [
    async () => {
      const sent = await reporter.report({
        profile,
        installed: [...installer.installed()],
        problems,
      });
      if (sent) emit({ kind: 'report', text: 'the hub knows the new state' });
    },
    () => counts.send(),
  ];
  let untold: SelvedgeError | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (caught) {
      untold ??= toSelvedgeError(caught);
      emit({ kind: 'report', text: `not sent: ${untold.message}` });
    }
  }
  return untold;
}

function eventOf(error: SelvedgeError): AgentEvent {
  const { code, message: text } = error;
  return error.row.exit === 4 ? { kind: 'refused', code, text } : { kind: 'problem', text };
}
