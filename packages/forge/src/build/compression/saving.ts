import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { formatBytes } from '@selvedge/core/units';
import type { Evaluation } from '../../measure/index.ts';
import type { CompressionSaving } from '../../report/index.ts';
import type { Draft } from '../draft.ts';
import { assumedBar, type Bar, isStated, judgeQuality } from '../gate.ts';
import { sizeOf } from '../model-file.ts';
import { compressionOf } from './method.ts';

/** Least share of the plain variant's bytes, stored or sent, that a compression has to save. */
const leastShare = 0.05;
/** Of zstd: what a carrier that compresses while it serves can afford. */
const level = 9;

/**
 * What a compressed variant saves beside the plain one of its precision; or, in a sentence, why it
 * does not pay: it saves too little, or costs the bar. Where nobody states a bar, one is assumed.
 */
export async function findSaving(
  draft: Draft,
  plain: Draft,
  evaluation: Evaluation,
  bar: Bar,
): Promise<CompressionSaving | string> {
  const { compression } = draft.precision;
  if (!compression) throw new RangeError(`${draft.id} is not compressed`);
  const held = isStated(bar) ? bar : assumedBar(evaluation.metric);
  const verdictOf = ({ id }: Draft) => judgeQuality(evaluation.summaries.get(id), held, false);
  const [own, without] = [verdictOf(draft), verdictOf(plain)];
  if (own.status !== 'pass' && (own.status === 'fail' || own.status !== without.status))
    return `does not pay: ${own.reason}${isStated(bar) ? '' : ' (assumed, no bar was stated)'}`;
  const stored = { bytes: sizeOf(draft), plain: sizeOf(plain) };
  const [bytes, plainBytes] = await Promise.all([draft, plain].map(sentBytes));
  const sent = { bytes: bytes ?? 0, plain: plainBytes ?? 0 };
  if (Math.max(shareOf(stored), shareOf(sent)) < leastShare) {
    return `does not pay: saves ${percent(shareOf(stored))} of the file and ${percent(shareOf(sent))} of what is sent, under ${percent(leastShare)}`;
  }
  return {
    method: compression,
    beside: plain.id,
    stored,
    sent: { ...sent, codec: `zstd ${level}` },
  };
}

/** For the report's "why". */
export function savingInWords({ method, beside, stored, sent }: CompressionSaving): string {
  const line = ({ bytes, plain }: { bytes: number; plain: number }) =>
    `${formatBytes(bytes)} for ${formatBytes(plain)}`;
  return `${compressionOf(method).inWords}: ${line(stored)} stored, ${line(sent)} sent (${sent.codec}) beside ${beside}`;
}

const shareOf = ({ bytes, plain }: { readonly bytes: number; readonly plain: number }): number =>
  plain === 0 ? 0 : 1 - bytes / plain;

const compress = promisify(zstdCompress);

async function sentBytes({ bytes }: Draft): Promise<number> {
  const { length } = await compress(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  return length;
}

const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;
