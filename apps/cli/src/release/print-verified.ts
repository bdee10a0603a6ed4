import type { VerifiedRelease } from '@selvedge/node/trust';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';
import { attestationWords } from './attestation-words.ts';

/** The verdict in a line, every link below it, and what nobody says of the release. */
export function printVerified(io: Io, verified: VerifiedRelease, from: string): void {
  const { family, version, ok, links, attestations } = verified;
  io.print(
    ok
      ? `${family} ${version} holds, down to every byte (root of trust: ${from})\n`
      : `Refused: ${family} ${version} does not hold: ${brokenIn(links)}\n`,
  );
  const rows = links.map((link) => [
    link.ok ? 'ok' : 'BROKEN',
    link.what,
    link.subject,
    link.detail,
  ]);
  io.print(formatTable(['', 'checked', 'subject', 'found'], rows, io));
  for (const { variant, kind, state, manifest, detail } of attestations) {
    const about = variant ?? 'the release';
    if (state === 'missing') io.print(`\n${about} has no ${attestationWords(kind)}: ${detail}`);
    if (state === 'foreign') io.print(`\nnot judged: ${manifest} about ${about}: ${detail}`);
  }
}

function brokenIn(links: VerifiedRelease['links']): string {
  const [first, ...others] = links.filter((link) => !link.ok);
  if (!first) return 'nothing in it';
  const more = others.length === 0 ? '' : `; ${others.length} more of ${links.length} are broken`;
  return `${first.what} ${first.subject}: ${first.detail}${more}`;
}
