/** The `Cache-Status` header's value (RFC 9211). */
export function cacheStatus(how: string): string {
  const parameters: Record<string, string> = {
    hit: 'hit',
    miss: 'fwd=uri-miss; stored',
    collapsed: 'fwd=uri-miss; collapsed',
    revalidated: 'fwd=stale; fwd-status=304',
    stale: 'hit; detail=stale',
    unproven: 'fwd=uri-miss',
    pass: 'fwd=bypass',
  };
  return `selvedge-edge; ${parameters[how] ?? 'fwd=miss'}`;
}
