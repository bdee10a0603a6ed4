import type { StateReport } from '@selvedge/core/api';
import { isSelvedgeError, type SelvedgeError, toSelvedgeError } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import type { Installer, Transfer, UpdateOutcome } from '@selvedge/node/install';
import type { Trust } from '@selvedge/node/trust';
import type { FamilyBook } from './family-book.ts';

/** What one poll came to. */
export interface PollResult {
  readonly outcomes: readonly UpdateOutcome[];
  /** Everything that was refused for trust: metadata, bytes, models with wrong answers. */
  readonly refused: readonly SelvedgeError[];
  /** What failed outside: a hub that is away, a full disk, a release that fits no device like this. */
  readonly failed: readonly SelvedgeError[];
  readonly transferred: Transfer;
  /** For the state report: what the owner should know. */
  readonly problems: StateReport['problems'];
}

export interface PollOptions {
  readonly trust: Trust;
  readonly installer: Installer;
  readonly book: FamilyBook;
  readonly channel: string;
  /** Gives, once, what of one origin was refused while another one had the right bytes. */
  readonly takeRefused: () => readonly SelvedgeError[];
  readonly signal: AbortSignal;
}

/**
 * One poll: the trusted documents, then every family's variant and routing. Nothing new costs one
 * conditional request. Never throws: whatever happens, what is committed goes on answering. What an
 * edge sent and was refused is told, also where the hub then had it right.
 */
export async function pollOnce(options: PollOptions): Promise<PollResult> {
  const { trust, installer, signal } = options;
  const outcomes: UpdateOutcome[] = [];
  const errors: ProblemOf[] = [];
  const note = (outcome: UpdateOutcome): void => {
    const { family, refusals, error: last } = outcome;
    outcomes.push(outcome);
    errors.push(...[...refusals, last].map((error) => ({ family, error })));
  };
  try {
    await trust.refresh();
    for (const family of await trust.families()) {
      if (signal.aborted) break;
      errors.push(...(await learnRouting(family, options)));
      note(await installer.update(family, signal));
    }
  } catch (caught) {
    const error = toSelvedgeError(caught);
    errors.push({ error });
    // The hub is away; what needs nothing of it goes on.
    if (!error.code.startsWith('trust-'))
      for (const end of await installer.finish(signal)) note(end);
  }
  const refused = options.takeRefused().map((error) => ({ error }));
  return summarise(outcomes, [...refused, ...errors]);
}

interface ProblemOf {
  readonly family?: FamilyName;
  readonly error: SelvedgeError | undefined;
}

/** The routing documents stand apart from the install: a bad one leaves the last good one in force. */
async function learnRouting(
  family: FamilyName,
  { trust, book, channel }: PollOptions,
): Promise<ProblemOf[]> {
  try {
    const policy = await trust.policy(family);
    const pointer = await trust.channel(family, channel);
    const release = pointer && (await trust.release(family, pointer.version));
    await book.learn(family, { policy, release });
    return [];
  } catch (caught) {
    if (book.get(family) === undefined) await book.recall(family);
    return [{ family, error: toSelvedgeError(caught) }];
  }
}

function summarise(outcomes: readonly UpdateOutcome[], found: readonly ProblemOf[]): PollResult {
  const seen = new Set<string>();
  const errors = found.filter(({ family, error }) => {
    const key = `${family} ${error?.code} ${error?.message}`;
    return error !== undefined && !seen.has(key) && seen.add(key);
  }) as { family?: FamilyName; error: SelvedgeError }[];
  const sum = (part: keyof Transfer): number =>
    outcomes.reduce((total, { transferred }) => total + transferred[part], 0);
  return {
    outcomes,
    refused: errors.map(({ error }) => error).filter(isRefused),
    failed: errors.map(({ error }) => error).filter((error) => !isRefused(error)),
    transferred: { bytes: sum('bytes'), full: sum('full'), saved: sum('saved') },
    problems: errors
      .filter(({ error }) => isReportable(error))
      .map(problemOf)
      .slice(-maxProblems),
  };
}

/** Exit code 4: trust, privacy, licence. */
const isRefused = (error: SelvedgeError): boolean => isSelvedgeError(error) && error.row.exit === 4;

const maxProblems = 8;
const transient = ['network', 'timeout', 'unavailable', 'bad-upstream', 'cancelled', 'internal'];
/** What comes and goes with the network would make a report of every poll. */
const isReportable = (error: SelvedgeError): boolean => !transient.includes(error.code);

/**
 * Free text may quote an output, a path or an engine's complaint about a value; of such errors only
 * the code leaves the device. What is said about signed documents is about public ones.
 */
function problemOf({ family, error }: { family?: FamilyName; error: SelvedgeError }) {
  const { code } = error;
  const speaksOfDocuments = code.startsWith('trust-') || code === 'no-variant';
  const message = speaksOfDocuments ? error.message.slice(0, 500) : error.row.meaning;
  return { ...(family && { family }), code, message };
}
