import type { Counts, Devices, Families, FamilySummary, ReleaseDetail } from '@selvedge/core/api';

/** Everything the page shows of one family. */
export interface FamilyView {
  readonly families: readonly FamilySummary[];
  readonly family?: FamilySummary;
  /** The release that the first channel points to, or the newest one. */
  readonly current?: ReleaseDetail;
  readonly devices: Devices;
  readonly counts: Counts['counts'];
}

/** An answer of the hub that is not what was asked for. */
export class HubError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads what the page shows.
 * @param chosen the family to show; the first one when absent or gone.
 * @throws HubError with the hub's own sentence; status 401 asks for a token, 0 means no answer.
 */
export async function loadFamily(
  chosen: string | undefined,
  token: string | undefined,
): Promise<FamilyView> {
  const [{ families }, devices] = await Promise.all([
    get<Families>('families', token),
    get<Devices>('devices?limit=200', token),
  ]);
  const family = families.find((one) => one.family === chosen) ?? families[0];
  if (!family) return { families, devices, counts: [] };
  const version = family.channels[0]?.version ?? family.versions[0];
  const [current, { counts }] = await Promise.all([
    version
      ? get<ReleaseDetail>(`families/${family.family}/releases/${version}`, token)
      : undefined,
    get<Counts>(`counts?family=${encodeURIComponent(family.family)}`, token),
  ]);
  return { families, family, devices, counts, ...(current ? { current } : {}) };
}

async function get<T>(path: string, token: string | undefined): Promise<T> {
  const response = await fetch(`api/v1/${path}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  }).catch((cause: unknown) => {
    throw new HubError(
      0,
      `The hub does not answer: ${cause instanceof Error ? cause.message : cause}`,
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body as T;
  const said = (body as { error?: { message?: string } } | undefined)?.error?.message;
  throw new HubError(
    response.status,
    said ?? `The hub answers ${response.status} without a reason.`,
  );
}
