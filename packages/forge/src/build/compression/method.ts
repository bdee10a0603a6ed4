import { type Compression, compressions } from '@selvedge/core/blueprint';
import { fail } from '@selvedge/core/errors';
import { nearest } from '@selvedge/core/schema';
import type { PassRequest } from '../precision/passes.ts';

/** One way to make weights take less beside a precision. */
export interface CompressionMethod {
  readonly id: Compression;
  /** What ends the id of a variant: `device-int8-pruned`. */
  readonly suffix: string;
  readonly pass: PassRequest;
  /** What it did, for the report. */
  readonly inWords: string;
  /** Precisions that can follow it (decision 16). */
  readonly goesWith: readonly string[];
}

const methods: readonly CompressionMethod[] = [
  {
    id: 'prune',
    suffix: 'pruned',
    pass: { pass: 'prune' },
    inWords: 'the smallest 30% of the weights are 0',
    // A mixture is searched for; its layers are the same, so the search would be twice the work.
    goesWith: ['fp32', 'fp16', 'int8', 'int8-dynamic', 'int4'],
  },
  {
    id: 'cluster',
    suffix: 'clustered',
    pass: { pass: 'cluster' },
    inWords: 'weights are drawn from a palette of 256',
    // With 8 bits or fewer every tensor has a palette as small already.
    goesWith: ['fp32', 'fp16'],
  },
];

/** A compression by its name; names are checked before a build begins. */
export function compressionOf(id: Compression): CompressionMethod {
  const found = methods.find((method) => method.id === id);
  if (!found) throw new RangeError(`no compression is called ${id}`);
  return found;
}

/** @throws SelvedgeError `usage` for a name that is none, with the nearest */
export function checkCompression(name: string): asserts name is Compression {
  if (compressions.some((known) => known === name)) return;
  const meant = nearest(name, compressions);
  fail('usage', `no compression is called ${name}`, {
    hint:
      meant === undefined ? `expected ${compressions.join(' or ')}` : `did you mean "${meant}"?`,
    details: { field: 'compression', found: name },
  });
}
