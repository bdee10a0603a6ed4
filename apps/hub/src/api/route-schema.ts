import { ErrorAnswer, type Scope } from '@selvedge/core/api';
import type { TSchema } from 'typebox';

export interface RouteText {
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'trust' | 'families' | 'fleet' | 'signals' | 'tokens';
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly body?: TSchema;
  /** The answer; `created` too where the route can answer 201. */
  readonly answer: TSchema;
  readonly created?: TSchema;
  /** What a token must allow; nothing for documents that are public. */
  readonly scope?: Scope;
}

/** Options of a route of `/api/v1`: its schemas, what the OpenAPI page says, and its scope. */
export function described(text: RouteText) {
  const { summary, description, tag, params, querystring, body, answer, created, scope } = text;
  return {
    config: scope ? { scope } : {},
    schema: {
      summary,
      ...(description ? { description } : {}),
      tags: [tag],
      ...(params ? { params } : {}),
      ...(querystring ? { querystring } : {}),
      ...(body ? { body } : {}),
      response: {
        200: answer,
        ...(created ? { 201: created } : {}),
        default: ErrorAnswer,
      },
      ...(scope ? { security: [{ token: [] }] } : {}),
    },
  };
}
