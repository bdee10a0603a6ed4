import type { Tier } from '@selvedge/core/schema';
import type { Finding } from '../finding.ts';

interface Facts
  extends Pick<Finding, 'kind' | 'sync' | 'streaming' | 'resilience' | 'data' | 'personal'> {
  readonly model?: string;
  /** What it asks a model for, as `taskOf` says. */
  readonly task: string;
  /** It asks a model server that its owner runs: this machine's, or one nearby. */
  readonly isOwnServer: boolean;
}

/** What a person meets when the network is gone. */
export function offlineOf({ kind, sync, resilience, isOwnServer }: Facts): string {
  if (kind === 'local') return 'Works: the model is on the machine.';
  if (isOwnServer)
    return 'Works where the server runs on the machine itself; elsewhere it needs the way there, and no internet.';
  if (resilience.fallback) return 'Its fallback answers, if that needs no network.';
  const wait = waitOf(resilience);
  if (sync === 'request') return `The user’s request fails ${wait}.`;
  if (sync === 'unknown') return `The call fails ${wait}.`;
  return resilience.retry
    ? 'The job is tried again until the network is back or it gives up.'
    : `The job fails ${wait}; nothing here tries it again.`;
}

/** A network that is gone refuses at once; one that loses packets holds a request to its timeout. */
function waitOf({ timeout, byDefault }: Facts['resilience']): string {
  if (timeout) return 'at once, or after its timeout';
  const seconds = byDefault?.timeoutSeconds;
  if (seconds === undefined) return 'at once, or hangs: it has no timeout';
  const attempts = byDefault?.retries ? `${byDefault.retries + 1} attempts of ` : '';
  return `at once, or after ${attempts}${Math.round(seconds / 60)} min, as its SDK does by default`;
}

interface Suggestion {
  readonly tier: Tier;
  readonly reason: string;
}

/** Where it could run instead, and why. */
export function tierOf(facts: Facts): Suggestion {
  const { kind, personal, sync, isOwnServer } = facts;
  if (kind === 'local') return { tier: 'device', reason: 'it runs on the machine already' };
  const [sign] = personal;
  const small = smallBecause(facts);
  if (small !== undefined && (sign || sync === 'request')) {
    const why = sign ? `it sends what may be personal (${sign.sign})` : 'a user waits for it';
    return { tier: 'device', reason: `${why}, and ${small}` };
  }
  if (isOwnServer) return { tier: 'edge', reason: 'it asks a server of your own already' };
  if (sign)
    return {
      tier: 'edge',
      reason: `it sends what may be personal (${sign.sign}); a node of your own keeps it in your hands`,
    };
  if (sync === 'request')
    return {
      tier: 'edge',
      reason:
        'a user waits for it; a model for this is large for most devices, and a node nearby can hold an open one',
    };
  return {
    tier: 'cloud',
    reason:
      sync === 'unknown'
        ? 'nothing says that a user waits for it or that it is personal'
        : 'nobody waits for it, and nothing says that it is personal',
  };
}

/** Why models of a few hundred megabytes do this well; `undefined` where they do not. */
function smallBecause({ task, model = '' }: Facts): string | undefined {
  if (smallTasks.has(task)) return `models for ${task.replaceAll('-', ' ')} fit a device`;
  return smallNames.test(model)
    ? `${model} is a small model, whose like runs on devices`
    : undefined;
}

const smallTasks: ReadonlySet<string> = new Set([
  'embedding',
  'reranking',
  'moderation',
  'transcription',
  'speech',
  'translation',
  'vision',
  'audio',
  'prediction',
  'document-reading',
  'inference',
]);
const smallNames = /\b(mini|nano|haiku|flash|small|tiny|[1-9]b|phi|gemma)\b/i;

/**
 * A user who waits with no way out, or personal data that leaves, matters most. A call of the
 * codebase's own function matters less than the call in it: what mends that one mends it too.
 */
export function severityOf(facts: Facts): Finding['severity'] {
  const { kind, sync, resilience, personal, isOwnServer } = facts;
  if (kind === 'local') return 'info';
  const isExposed = personal.length > 0 && !isOwnServer;
  const isStranded = sync === 'request' && !resilience.fallback;
  if (isExposed && isStranded) return 'high';
  if (isStranded && !resilience.timeout)
    return kind === 'wrapper' || isOwnServer ? 'medium' : 'high';
  return isExposed || isStranded ? 'medium' : 'low';
}
