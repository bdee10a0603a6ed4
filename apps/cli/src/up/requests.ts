import { join } from 'node:path';
import type { Agent, DecisionTrace, InferRequest } from '@selvedge/agent';
import { isSelvedgeError } from '@selvedge/core/errors';
import type { FamilyName } from '@selvedge/core/schema';
import { readDataset } from '@selvedge/forge/dataset';
import type { Tensors } from '@selvedge/infer/engine';
import { classes } from '@selvedge/sample-glyphs';
import type { Layout } from './layout.ts';

/** A request that the journey makes, in the words that introduce it. */
export interface Asked {
  readonly title: string;
  readonly request: InferRequest;
  /** Whether the device's engine is killed for as long as the request runs. */
  readonly engineFails?: boolean;
}

/** One for each thing a decision can turn on: nothing special, quality, privacy. */
export const journeyRequests: readonly Asked[] = [
  { title: 'labelled public', request: { labels: ['public'] } },
  { title: 'public, quality 0.91 or better', request: { labels: ['public'], minQuality: 0.91 } },
  { title: 'labelled private', request: { labels: ['private'] } },
  {
    title: 'labelled private, engine killed',
    request: { labels: ['private'] },
    engineFails: true,
  },
];

/** What came of a request. */
export interface Answered {
  readonly asked: Asked;
  readonly trace: DecisionTrace | undefined;
  /** The class it found; undefined where it was refused. */
  readonly answer: string | undefined;
  readonly refusal: string | undefined;
}

/** The first sample to send, as the model takes it. */
export async function sampleInput(
  layout: Layout,
  agent: Agent,
  family: FamilyName,
): Promise<Tensors> {
  const specs = agent.state().families.find((one) => one.family === family)?.inputs ?? [];
  const dataset = await readDataset(join(layout.sample, 'request'), specs);
  try {
    return await dataset.sample(0);
  } finally {
    await dataset.close();
  }
}

/** Sends one request; a refusal is an outcome here, not an error. */
export async function ask(
  agent: Agent,
  family: FamilyName,
  input: Tensors,
  asked: Asked,
  failEngine: <T>(during: () => Promise<T>) => Promise<T>,
): Promise<Answered> {
  const send = () => agent.infer(family, input, asked.request);
  try {
    const { outputs, decision } = await (asked.engineFails ? failEngine(send) : send());
    return { asked, trace: decision, answer: classOf(outputs), refusal: undefined };
  } catch (caught) {
    if (!isSelvedgeError(caught)) throw caught;
    const trace = agent.decisions.get(String(caught.details.decision));
    return { asked, trace, answer: undefined, refusal: `${caught.code}: ${caught.message}` };
  }
}

function classOf(outputs: Tensors): string | undefined {
  const scores = Object.values(outputs)[0]?.data as Float32Array | undefined;
  if (!scores) return undefined;
  return classes[scores.indexOf(Math.max(...scores))];
}
