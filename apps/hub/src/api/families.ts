import { Families, FamilyDetail, ReleaseDetail } from '@selvedge/core/api';
import { fail } from '@selvedge/core/errors';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { PublishedFamily } from '../families/published-families.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Authority } from '../trust/authority.ts';
import { described } from './route-schema.ts';

const familyParams = { owner: Type.String(), family: Type.String() };
const FamilyParams = Type.Object(familyParams);
const ReleaseParams = Type.Object({ ...familyParams, version: Type.String() });

interface FamilyRoute {
  Params: { owner: string; family: string };
}
interface ReleaseRoute {
  Params: { owner: string; family: string; version: string };
}

export function addFamilyRoutes(
  api: FastifyInstance,
  { authority, fleet }: { authority: Authority; fleet: Fleet },
): void {
  const familyOf = ({ owner, family }: FamilyRoute['Params']): PublishedFamily => {
    const name = `${owner}/${family}`;
    return (
      authority.families().get(name) ??
      fail('not-found', `nothing of family ${name} is published here`, {
        hint: 'publish it with selvedge publish',
        details: { family: name },
      })
    );
  };

  api.get(
    '/families',
    described({ tag: 'families', summary: 'What is published', answer: Families }),
    async (): Promise<Families> => ({
      families: [...authority.families().values()].map(({ summary }) => summary),
    }),
  );

  api.get<FamilyRoute>(
    '/families/:owner/:family',
    described({
      tag: 'families',
      summary: 'A family: versions, channels, policy, and how many devices have what',
      params: FamilyParams,
      answer: FamilyDetail,
      scope: 'read',
    }),
    async ({ params }): Promise<FamilyDetail> => {
      const { summary, policy } = familyOf(params);
      return { ...summary, policy, installed: await fleet.installed(summary.family) };
    },
  );

  api.get<ReleaseRoute>(
    '/families/:owner/:family/releases/:version',
    described({
      tag: 'families',
      summary: 'A release as it was signed, and how many devices have it',
      params: ReleaseParams,
      answer: ReleaseDetail,
      scope: 'read',
    }),
    async ({ params }): Promise<ReleaseDetail> => {
      const { summary, releases } = familyOf(params);
      const release =
        releases.get(params.version) ??
        fail('not-found', `${summary.family} has no release ${params.version}`, {
          details: { family: summary.family, version: params.version },
        });
      const installed = await fleet.installed(summary.family);
      return {
        ...release,
        installed: installed.filter(({ version }) => version === params.version),
      };
    },
  );
}
