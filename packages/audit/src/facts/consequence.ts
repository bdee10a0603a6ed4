import type { Tier } from '@selvedge/core/schema';
import type { Finding } from '../finding.ts';

type Facts = Pick<
  Finding,
  'kind' | 'sync' | 'streaming' | 'resilience' | 'data' | 'personal' | 'model'
>;

/** What a person meets when the network is gone. */
export function offlineOf({ kind, sync, resilience }: Facts): string {
  if (kind === 'local') return 'Works: the model is on the machine.';
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
  const attempts = byDefault?.retries ? `, ${byDefault.retries + 1} attempts` : '';
  return `at once, or after ${Math.round(seconds / 60)} min (the SDK’s default${attempts})`;
}

interface Suggestion {
  readonly tier: Tier;
  readonly reason: string;
}

/** Where it could run instead, and why. */
export function tierOf({ kind, data, personal, sync, model }: Facts): Suggestion {
  if (kind === 'local') return { tier: 'device', reason: 'it runs on the machine already' };
  const isSmall = smallModel(data, model);
  if (personal.length > 0 && isSmall)
    return {
      tier: 'device',
      reason: `it sends what may be personal (${personal[0]!.sign}), and models for this fit a device`,
    };
  if (isSmall && sync === 'request')
    return { tier: 'device', reason: 'a user waits for it, and models for this fit a device' };
  if (personal.length > 0 || sync === 'request')
    return {
      tier: 'edge',
      reason:
        personal.length > 0
          ? `it sends what may be personal (${personal[0]!.sign}); a node of your own keeps it in your hands`
          : 'a user waits for it; a nearby node answers sooner',
    };
  return { tier: 'cloud', reason: 'nobody waits for it, and nothing says that it is personal' };
}

/** Whether models of a few hundred megabytes do this well: embeddings, moderation, speech, vision. */
function smallModel(data: Finding['data'], model: string | undefined): boolean {
  if (data === 'audio' || data === 'image' || data === 'tabular' || data === 'tensor') return true;
  return /embed|moderation|whisper|tts|rerank|classif|mini|nano|haiku|flash|small|3b|7b|8b/i.test(
    model ?? '',
  );
}

/** A user who waits with no way out, or personal data that leaves, matters most. */
export function severityOf({ kind, sync, resilience, personal }: Facts): Finding['severity'] {
  if (kind === 'local') return 'info';
  const exposed = personal.length > 0;
  const stranded = sync === 'request' && !resilience.fallback;
  if (exposed && stranded) return 'high';
  if (stranded && !resilience.timeout) return 'high';
  if (exposed || stranded) return 'medium';
  return 'low';
}
