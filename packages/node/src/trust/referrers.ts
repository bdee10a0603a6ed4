import { mediaTypes } from '@selvedge/core/release';
import { Descriptor, type FamilyName, parseDocument } from '@selvedge/core/schema';
import { Type } from 'typebox';
import { failForStatus, type HttpResponse, httpFetch } from '../http/index.ts';

const Listed = Type.Object({ manifests: Type.Array(Descriptor) });

/** Clients read an index of at most this much. */
const maxIndexBytes = 4 * 1024 * 1024;
/** Nobody says more of one manifest; a list without an end is no list. */
const maxPages = 100;

/**
 * Descriptors of what a registry has about a manifest (OCI distribution 1.1, "Listing Referrers",
 * and "Referrers Tag Schema" where that is not served): nothing there is signed, see
 * `readStatement`.
 *
 * @param origin serves the registry, `/v2/`.
 * @param headers for a registry that asks for credentials.
 * @throws SelvedgeError `network`, `timeout`, `bad-upstream`, `bad-document`, what the registry says
 */
export async function listReferrers(
  origin: string,
  family: FamilyName,
  digest: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Descriptor[]> {
  const base = `${origin.replace(/\/+$/, '')}/v2/${family}`;
  const ask = (url: string) =>
    httpFetch(url, {
      expect: 'json',
      maxBytes: maxIndexBytes,
      headers: { accept: mediaTypes.index, ...headers },
    });
  const found: Descriptor[] = [];
  let next: string | undefined = `${base}/referrers/${digest}`;
  for (let page = 0; next !== undefined && page < maxPages; page++) {
    const answer: HttpResponse = await ask(next);
    if (answer.status === 404 && page === 0) {
      answer.discard();
      const tagged = await ask(`${base}/manifests/${digest.replace(':', '-')}`);
      if (tagged.status === 404) {
        tagged.discard();
        return [];
      }
      return manifestsIn(tagged);
    }
    found.push(...(await manifestsIn(answer)));
    next = nextPage(answer);
  }
  return found;
}

async function manifestsIn(answer: HttpResponse): Promise<readonly Descriptor[]> {
  if (!answer.ok) await failForStatus(answer);
  return parseDocument(Listed, JSON.parse(await answer.text()), 'referrers').manifests;
}

/** Where a list goes on (RFC 8288); undefined on its last page. */
function nextPage({ headers, url }: HttpResponse): string | undefined {
  const [, target] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.link ?? '') ?? [];
  return target === undefined ? undefined : new URL(target, url).href;
}
