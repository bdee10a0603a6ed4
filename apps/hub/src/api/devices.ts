import {
  DeviceDetail,
  DeviceId,
  Devices,
  Enrolled,
  Enrolment,
  Signed,
  StateAccepted,
  StateReport,
} from '@selvedge/core/api';
import type { Envelope } from '@selvedge/core/trust';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Fleet } from '../fleet/fleet.ts';
import { described } from './route-schema.ts';

const DeviceParams = Type.Object({ device: DeviceId });
const PageQuery = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,3}$', description: 'at most 1000' })),
  after: Type.Optional(DeviceId),
});

interface DeviceRoute {
  Params: { device: DeviceId };
}

export function addDeviceRoutes(api: FastifyInstance, fleet: Fleet): void {
  addReadRoutes(api, fleet);

  api.post<{ Body: Envelope<Enrolment> }>(
    '/devices',
    described({
      tag: 'fleet',
      summary: 'Enrol a device: signed by the key that it brings',
      description: 'Again with the same key, it answers 200 and the sequence of the last report.',
      body: Signed(Enrolment),
      answer: Enrolled,
      created: Enrolled,
      scope: 'enrol',
    }),
    async (request, reply) => {
      const { isNew, ...enrolled } = await fleet.enrol(request.body);
      return reply.code(isNew ? 201 : 200).send(enrolled satisfies Enrolled);
    },
  );

  api.put<DeviceRoute & { Body: Envelope<StateReport> }>(
    '/devices/:device/state',
    described({
      tag: 'fleet',
      summary: 'What a device runs now: signed by the key it enrolled with',
      description: '409 `conflict` when `sequence` does not grow.',
      params: DeviceParams,
      body: Signed(StateReport),
      answer: StateAccepted,
      scope: 'report',
    }),
    async (request): Promise<StateAccepted> => {
      const { device } = request.params;
      await fleet.report(device, request.body);
      return { device, sequence: request.body.signed.sequence };
    },
  );
}

function addReadRoutes(api: FastifyInstance, fleet: Fleet): void {
  api.get<{ Querystring: { limit?: string; after?: DeviceId } }>(
    '/devices',
    described({
      tag: 'fleet',
      summary: 'The fleet, by device id',
      querystring: PageQuery,
      answer: Devices,
      scope: 'read',
    }),
    async ({ query }): Promise<Devices> =>
      fleet.list({
        limit: Math.min(Number(query.limit ?? 100), 1000),
        ...(query.after === undefined ? {} : { after: query.after }),
      }),
  );

  api.get<DeviceRoute>(
    '/devices/:device',
    described({
      tag: 'fleet',
      summary: 'A device with its profile',
      params: DeviceParams,
      answer: DeviceDetail,
      scope: 'read',
    }),
    async (request): Promise<DeviceDetail> => fleet.show(request.params.device),
  );
}
