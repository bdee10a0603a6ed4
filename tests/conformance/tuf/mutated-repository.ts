/**
 * Changes to a repository, for differential tests: one change anywhere in a role's signed part or
 * its signatures, after which the roles above are signed again, so that it is judged for itself
 * and not for the hash that no longer fits; or a change to the bytes of one file.
 */
import { describeMetadata, type Signer, signDocument } from '@selvedge/core/trust';
import type { SampleRepository } from '@selvedge/core/trust/sample';
import fc from 'fast-check';

export type MutatedRole = 'root' | 'targets' | 'acme.glyphs' | 'snapshot' | 'timestamp';

export type Mutation =
  | { readonly kind: 'edit'; readonly role: MutatedRole; readonly at: number; readonly to: unknown }
  | { readonly kind: 'signatures'; readonly role: MutatedRole; readonly how: SignatureChange }
  | {
      readonly kind: 'bytes';
      readonly role: MutatedRole;
      readonly how: ByteChange;
      readonly at: number;
    };

type SignatureChange =
  | 'none'
  | 'twice'
  | 'foreign'
  | 'damaged'
  | 'extra'
  | 'not-hex'
  | 'upper-case';
type ByteChange = 'flip' | 'cut' | 'space' | 'gone';

const roles: readonly MutatedRole[] = ['root', 'targets', 'acme.glyphs', 'snapshot', 'timestamp'];

/** What a value is replaced with; `undefined` removes it. */
const replacements = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    1,
    2,
    3,
    -1,
    1.5,
    2 ** 53,
    '',
    'x',
    'root',
    'targets',
    '1.0.99',
    '2.0.0',
  ],
  ...[
    '2020-01-01T00:00:00Z',
    '2099-01-01T00:00:00Z',
    '2099-13-01T00:00:00Z',
    '2099-01-01',
    [],
    {},
    [1],
    ['x'],
    { x: 1 },
  ],
];

export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      role: fc.constantFrom(...roles),
      at: fc.nat(),
      to: fc.constantFrom<unknown>(...replacements),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('signatures' as const),
      role: fc.constantFrom(...roles),
      how: fc.constantFrom<SignatureChange>(
        'none',
        'twice',
        'foreign',
        'damaged',
        'extra',
        'not-hex',
        'upper-case',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      role: fc.constantFrom(...roles),
      how: fc.constantFrom<ByteChange>('flip', 'cut', 'space', 'gone'),
      at: fc.nat(),
    }),
  },
);

interface Envelope {
  signed: Record<string, unknown>;
  signatures: { keyid: string; sig: string }[];
}

/** A repository with one change. */
export interface Mutated {
  readonly files: Map<string, Uint8Array>;
  /** The member that was edited: `keys.….keytype`; empty for other changes. */
  readonly place: string;
}

/** The repository's files after one mutation. */
export async function mutate(
  sample: SampleRepository,
  mutation: Mutation,
  foreign: Signer,
): Promise<Mutated> {
  const files = new Map(sample.files);
  const { role } = mutation;
  const path = pathOf(sample, role);
  if (mutation.kind === 'bytes') {
    changeBytes(files, path, mutation);
    return { files, place: '' };
  }
  const envelope = parse(files.get(path)!);
  let place = '';
  if (mutation.kind === 'edit') {
    place = replace(envelope.signed, mutation.at, mutation.to);
    await sign(envelope, [await signerOf(sample, role)]);
  } else {
    await changeSignatures(envelope, mutation.how, await signerOf(sample, role), foreign);
  }
  files.set(path, serialise(envelope));
  await signAbove(sample, files, role, path);
  return { files, place };
}

const pathOf = ({ repository }: SampleRepository, role: MutatedRole): string => {
  if (role === 'timestamp') return 'timestamp.json';
  const file = role === 'acme.glyphs' ? repository.roles.get(role)! : repository[role];
  return `${file.signed.version}.${role}.json`;
};

const signerOf = (sample: SampleRepository, role: MutatedRole): Promise<Signer> =>
  role === 'acme.glyphs'
    ? sample.familySigner('acme/glyphs')
    : Promise.resolve(sample.signers[role]);

const parse = (bytes: Uint8Array): Envelope => JSON.parse(new TextDecoder().decode(bytes));
const serialise = (envelope: Envelope): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(envelope));

async function sign(envelope: Envelope, signers: readonly Signer[]): Promise<void> {
  try {
    envelope.signatures = [...(await signDocument(envelope.signed, signers)).signatures];
  } catch {
    // Without a canonical form it keeps the signatures it had, which no longer fit.
  }
}

/** Every place in the signed part, depth first; the mutation picks one by its number. */
function* places(value: unknown, within = ''): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    const owner = value as Record<string, unknown>;
    yield { owner, name, path: `${within}${name}` };
    yield* places(owner[name], `${within}${name}.`);
  }
}

interface Place {
  readonly owner: Record<string, unknown>;
  readonly name: string;
  readonly path: string;
}

function replace(signed: Record<string, unknown>, at: number, to: unknown): string {
  const all = [...places(signed)];
  const { owner, name, path } = all[at % all.length]!;
  if (to === undefined && !Array.isArray(owner)) delete owner[name];
  else owner[name] = to ?? null;
  return path;
}

async function changeSignatures(
  envelope: Envelope,
  how: SignatureChange,
  own: Signer,
  foreign: Signer,
) {
  const [signature] = envelope.signatures;
  if (!signature) return;
  const { sig } = signature;
  if (how === 'none') envelope.signatures = [];
  if (how === 'twice') envelope.signatures = [signature, signature];
  if (how === 'not-hex') signature.sig = `zz${sig.slice(2)}`;
  if (how === 'upper-case') signature.sig = sig.toUpperCase();
  if (how === 'damaged') signature.sig = sig.slice(0, -2) + (sig.endsWith('00') ? '01' : '00');
  if (how === 'foreign') await sign(envelope, [foreign]);
  if (how === 'extra') await sign(envelope, [foreign, own]);
}

function changeBytes(
  files: Map<string, Uint8Array>,
  path: string,
  { how, at }: Extract<Mutation, { kind: 'bytes' }>,
): void {
  const bytes = files.get(path)!;
  if (how === 'gone') files.delete(path);
  if (how === 'cut') files.set(path, bytes.slice(0, at % bytes.length));
  if (how === 'space') files.set(path, Uint8Array.of(...bytes, 0x20));
  if (how !== 'flip') return;
  const changed = bytes.slice();
  changed[at % bytes.length]! ^= 1 << (at % 7);
  files.set(path, changed);
}

/** Signs snapshot and timestamp again over what was changed below them. */
async function signAbove(
  sample: SampleRepository,
  files: Map<string, Uint8Array>,
  role: MutatedRole,
  path: string,
): Promise<void> {
  if (role === 'root' || role === 'timestamp') return;
  if (role !== 'snapshot') {
    await resign(sample, files, 'snapshot', `${role}.json`, files.get(path)!);
  }
  await resign(sample, files, 'timestamp', 'snapshot.json', files.get(pathOf(sample, 'snapshot'))!);
}

async function resign(
  sample: SampleRepository,
  files: Map<string, Uint8Array>,
  role: 'snapshot' | 'timestamp',
  entry: string,
  below: Uint8Array,
): Promise<void> {
  const path = pathOf(sample, role);
  const envelope = parse(files.get(path)!);
  const meta = envelope.signed.meta as Record<string, { version: number }>;
  meta[entry] = await describeMetadata(meta[entry]!.version, below);
  await sign(envelope, [sample.signers[role]]);
  files.set(path, serialise(envelope));
}
