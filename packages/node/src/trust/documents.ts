import { SelvedgeError } from '@selvedge/core/errors';
import {
  Channel,
  channelPath,
  familyOfSlug,
  policyPath,
  Release,
  releasePath,
} from '@selvedge/core/release';
import { CompiledPolicy } from '@selvedge/core/route';
import { type FamilyName, parseWireDocument, type Version } from '@selvedge/core/schema';
import { isRefusal, type TrustClient } from '@selvedge/core/trust';
import type { Static, TObject } from 'typebox';
import { accepted } from './refusal-error.ts';

/** A family's documents, each verified down from the root and checked against its schema. */
export interface TrustedDocuments {
  /** Families that the top-level targets role delegates, in its order. */
  families(): Promise<readonly FamilyName[]>;
  /** Where a channel points; undefined when nothing signed names it. */
  channel(family: FamilyName, channel: string): Promise<Channel | undefined>;
  release(family: FamilyName, version: Version): Promise<Release | undefined>;
  /** The compiled routing policy; undefined where the family has none of its own. */
  policy(family: FamilyName): Promise<CompiledPolicy | undefined>;
}

/**
 * Reads documents through a trust client.
 *
 * @throws SelvedgeError (from its methods) a `trust-…` refusal; `bad-document` when what was
 * signed is not the document, or needs a newer reader.
 */
export function trustedDocuments(client: TrustClient): TrustedDocuments {
  async function read<T extends TObject>(
    schema: T,
    path: string,
    expected: Readonly<Record<string, string>>,
  ): Promise<Static<T> | undefined> {
    const found = await client.find(path);
    if (isRefusal(found) && found.code === 'trust-unknown' && found.section === '5.7.2')
      return undefined;
    accepted(found);
    const bytes = accepted(await client.target(path));
    const document = parseWireDocument(schema, parseJson(bytes, path), path);
    for (const [field, value] of Object.entries(expected)) {
      const said = (document as Record<string, unknown>)[field];
      if (said === value) continue;
      throw new SelvedgeError(
        'trust-mismatch',
        `${path}: ${field} is ${String(said)}, not ${value}`,
        {
          hint: 'its publisher signed it under the wrong name',
          details: { path, field },
        },
      );
    }
    return document;
  }

  return {
    async families() {
      const roles = client.state.targets?.signed.delegations?.roles ?? [];
      const slugs = roles.map(({ name }) => name).filter((name) => familySlugPattern.test(name));
      return slugs.map(familyOfSlug);
    },
    channel: (family, channel) => read(Channel, channelPath(family, channel), { family, channel }),
    release: (family, version) => read(Release, releasePath(family, version), { family, version }),
    policy: (family) => read(CompiledPolicy, policyPath(family), { family }),
  };
}

/** `owner.family`; other roles are not families. */
const familySlugPattern = /^[a-z0-9-]+\.[a-z0-9-]+$/;

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SelvedgeError('bad-document', `${path}: is not JSON`, { cause });
  }
}
