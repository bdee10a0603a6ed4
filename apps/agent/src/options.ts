/**
 * What an agent is opened with. This file and `agent.ts` are the public SDK.
 */
import type { LiveState, Profile } from '@selvedge/core/device';
import type { Engine } from '@selvedge/infer/engine';
import type { InstallerEvent } from '@selvedge/node/install';
import type { DecisionTrace } from './decision-log.ts';

export interface AgentOptions {
  /** The hub's address, e.g. `http://127.0.0.1:7400`. */
  readonly hub: string;
  /** A nearby edge's address: documents and bytes come through it, and it may answer requests. */
  readonly edge?: string;
  /** The agent's own directory. One process owns it. */
  readonly dataDir: string;
  /** File with the root metadata that the owner gave out. Only a hub with `--dev` goes without. */
  readonly trustRoot?: string;
  /** What this device can do; by default found out here. */
  readonly profile?: Profile;
  /** A target of the catalogue to behave like: its profile, its clock, its memory. */
  readonly emulate?: string;
  /** Runs the device's models; by default ONNX Runtime in a process of its own. */
  readonly engine?: Engine;
  /** An endpoint of the cloud tier that speaks the Open Inference Protocol. */
  readonly cloud?: CloudEndpoint;
  /** The channel to follow. Default `stable`. */
  readonly channel?: string;
  /** A bearer token for a hub that asks for one. */
  readonly token?: string;
  /** What changes on the device from minute to minute: battery, temperature, network. */
  readonly live?: () => LiveState;
  readonly clock?: () => Date;
  /** Seconds between polls, around which each is spread by a fifth. Default 60; 0: only when told. */
  readonly pollSeconds?: number;
  readonly onEvent?: (event: AgentEvent) => void;
  /** Called with every decision's trace, on this device. */
  readonly onDecision?: (trace: DecisionTrace) => void;
}

/** A place in the cloud tier. */
export interface CloudEndpoint {
  /** Its Open Inference Protocol address, to which `/v2/models/…` is added. */
  readonly url: string;
  readonly region?: string;
  /** Money for one inference, in the policy's currency. */
  readonly cost?: number;
}

/** A step of the agent, as a line for a person and as data. */
export type AgentEvent =
  | ({ readonly kind: 'install' } & InstallerEvent)
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }
  | { readonly kind: 'trust' | 'report' | 'edge' | 'problem'; readonly text: string };
