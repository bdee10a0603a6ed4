import type { TrustPorts } from './ports.ts';
import { isRefusal } from './refusal.ts';
import type { Refusal } from './types.ts';

/**
 * Runs a step of the workflow, and where what was carried for it is refused, once more by each other
 * carrier: one that is stale or lies must not keep a device from an update that another one has.
 * What an earlier run accepted stays accepted.
 *
 * @returns what the first run gave that was not refused; the first refusal when all were.
 * @throws what the first run throws
 */
export async function fromAnywhere<T>(
  ports: TrustPorts,
  step: (ports: TrustPorts) => Promise<T | Refusal>,
): Promise<T | Refusal> {
  let carried = false;
  const first = await step({
    ...ports,
    fetch: (path, options) => {
      carried = true;
      return ports.fetch(path, options);
    },
  });
  // Where nothing was carried, or the clock is wrong, no carrier is at fault.
  if (!isRefusal(first) || !carried || first.code === 'trust-clock') return first;

  const again = ports.again && (await stepBy(ports.again));
  if (again && !isRefusal(again.value)) return again.value;
  for (const fetch of ports.elsewhere?.() ?? []) {
    const other = await stepBy(fetch);
    if (!other || isRefusal(other.value)) continue;
    ports.onRefused?.(first);
    return other.value;
  }
  return first;

  /** Undefined where the carrier brought nothing: the refusal says more than its error. */
  async function stepBy(fetch: TrustPorts['fetch']): Promise<{ value: T | Refusal } | undefined> {
    try {
      return { value: await step({ ...ports, fetch }) };
    } catch {
      return undefined;
    }
  }
}
