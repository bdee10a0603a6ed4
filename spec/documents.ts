/** What `spec/` holds: every document of the fabric as JSON Schema, and the error table. */
import {
  Counts,
  CountsAccepted,
  DecisionCounts,
  DeviceDetail,
  Devices,
  Enrolled,
  Enrolment,
  ErrorAnswer,
  Families,
  FamilyDetail,
  HubTrust,
  ReleaseDetail,
  Signed,
  StateAccepted,
  StateReport,
  TokenIssued,
  TokenRequest,
  Tokens,
  TrustUpdated,
} from '@selvedge/core/api';
import { AuthorPolicy, Blueprint } from '@selvedge/core/blueprint';
import { LiveState, Profile } from '@selvedge/core/device';
import { errorTable } from '@selvedge/core/errors';
import { Channel, Golden, Release } from '@selvedge/core/release';
import { CompiledPolicy, RouteFactsDocument, RouteRequestDocument } from '@selvedge/core/route';
import { TrustUpdate } from '@selvedge/core/trust';
import { expressionSchema } from './expression-schema.ts';

/** File name in `spec/schemas/` without `.json`, title and schema. */
const schemas: Readonly<Record<string, readonly [string, object]>> = {
  blueprint: ['What an author writes beside a model', Blueprint],
  'author-policy': ['What an author writes to route requests', AuthorPolicy],
  release: ['A signed, immutable set of variants with a version', Release],
  channel: ['A signed, moving pointer to a release', Channel],
  policy: ['A signed, compiled routing policy', withExpressions(CompiledPolicy)],
  golden: ['Inputs and the outputs they must give', Golden],
  enrolment: ["A device's first contact, signed by its own key", Signed(Enrolment)],
  'state-report': ['What a device runs, signed by its own key', Signed(StateReport)],
  'decision-counts': ['Anonymous counts of decisions in a window', DecisionCounts],
  profile: ['What a device can do', Profile],
  'live-state': ['What changes from minute to minute on a device', LiveState],
  'route-request': ['What an application asks of a policy', RouteRequestDocument],
  'trust-update': ['Metadata and targets, signed offline, for a hub', TrustUpdate],
  'trust-updated': ['The versions that a hub publishes after an update', TrustUpdated],
  'hub-trust': ["A hub's online keys, for making the first root", HubTrust],
  families: ['What a hub publishes', Families],
  'family-detail': ['A family on a hub', FamilyDetail],
  'release-detail': ['A release on a hub', ReleaseDetail],
  enrolled: ['Answer to an enrolment', Enrolled],
  'state-accepted': ['Answer to a state report', StateAccepted],
  devices: ['A page of the fleet', Devices],
  'device-detail': ['A device of the fleet', DeviceDetail],
  counts: ['Decisions, summed over a span', Counts],
  'counts-accepted': ['Answer to decision counts', CountsAccepted],
  'token-request': ['A token that an administrator asks for', TokenRequest],
  'token-issued': ['A token, the one time that its text is shown', TokenIssued],
  tokens: ['The tokens of a hub, without their texts', Tokens],
  'error-answer': ['The body of every error answer of the API', ErrorAnswer],
  'route-facts': ['What a decision looks at besides the request', RouteFactsDocument],
};

/** Every generated file: its path under `spec/` and its text. */
export function specFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, [title, schema]] of Object.entries(schemas)) {
    const head = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: `https://selvedge.dev/schemas/v1/${name}.json`,
      title,
    };
    files.set(`schemas/${name}.json`, text({ ...head, ...schema }));
  }
  files.set('errors.json', text(errorTable));
  return files;
}

const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Core checks trees when it compiles them; here their form is spelled out for other readers. */
function withExpressions(policy: typeof CompiledPolicy): object {
  const copy = JSON.parse(JSON.stringify(policy)) as {
    properties: { constraints: { items: { properties: Record<string, object> } } };
  };
  const constraint = copy.properties.constraints.items.properties;
  constraint.when = { $ref: '#/definitions/Expression' };
  constraint.require = { $ref: '#/definitions/Expression' };
  return { ...copy, definitions: { Expression: expressionSchema } };
}
