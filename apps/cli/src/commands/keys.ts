import { fail } from '@selvedge/core/errors';
import { FamilyName, parseDocument } from '@selvedge/core/schema';
import { initKeys, type KeyRole, openKeys } from '@selvedge/forge/keys';
import { rotateKey } from '@selvedge/forge/publish';
import { readEnvironment } from '@selvedge/node/config';
import { writeDurably } from '@selvedge/node/store';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

interface Options {
  readonly out: string;
  readonly family?: string;
  readonly hub?: string;
  readonly to?: string;
}

const defaultDir = 'keys';

/** `selvedge keys init|rotate|show|export`: the offline keys of an owner and a publisher. */
export const keys: CommandModule = (program, run) => {
  const group = program
    .command('keys')
    .description('the keys that sign releases, kept offline')
    .addHelpText('after', '\nExample:\n  selvedge keys init --out keys');

  group
    .command('init')
    .description('makes the keys of root and targets, and of a family')
    .option('--out <dir>', 'the keys directory', defaultDir)
    .option('--family <name>', 'a family, owner/name, that gets a key too')
    .addHelpText('after', '\nExample:\n  selvedge keys init --out keys --family acme/glyphs')
    .action(run(init));

  group
    .command('rotate')
    .description('replaces a key: of root, of targets, or of a family')
    .argument('<role>', 'root, targets, or a family: owner/name')
    .option('--out <dir>', 'the keys directory', defaultDir)
    .option(
      '--hub <url>',
      'publishes the change there; a new root alone can wait for the next publish',
    )
    .addHelpText(
      'after',
      '\nExample:\n  selvedge keys rotate root --out keys --hub http://127.0.0.1:7400',
    )
    .action(run(rotate));

  group
    .command('show')
    .description('lists the keys and what each signs')
    .option('--out <dir>', 'the keys directory', defaultDir)
    .addHelpText('after', '\nExample:\n  selvedge keys show --out keys')
    .action(run(show));

  group
    .command('export')
    .description('gives root.json, the root of trust that devices need')
    .option('--out <dir>', 'the keys directory', defaultDir)
    .option('--to <file>', 'writes it there instead of printing it')
    .addHelpText('after', '\nExample:\n  selvedge keys export --out keys --to root.json')
    .action(run(exportRoot));
};

async function init(io: Io, { out, family }: Options): Promise<void> {
  const made = await initKeys(out, family === undefined ? undefined : parseFamily(family));
  if (made.length === 0) {
    fail('bad-input', `${out} has its keys already`, {
      hint: 'keys are never overwritten: keys rotate replaces one, --out DIR takes another directory',
    });
  }
  for (const { role, keyid } of made) io.print(`made the key of ${nameOf(role)}: ${keyid}`);
  io.print(`\nKeep ${out} offline and backed up: whoever has root.pem speaks for the fabric.`);
  io.result({ dir: out, made: made.map(({ role, keyid }) => ({ role: nameOf(role), keyid })) });
}

async function rotate(io: Io, role: string, { out, hub }: Options): Promise<void> {
  const which: KeyRole =
    role === 'root' || role === 'targets' ? role : { family: parseFamily(role) };
  const { token } = readEnvironment(process.env);
  const { from, to, published } = await rotateKey({
    keys: out,
    role: which,
    ...(hub === undefined ? {} : { hub }),
    token: token?.reveal(),
    onProgress: io.progress,
  });
  io.print(`the key of ${role} is now ${to}; ${from} is in ${out}/retired`);
  if (!published) io.print('no hub has it yet; it goes there with the next publish');
  io.result({ role, from, to, published });
}

async function show(io: Io, { out }: Options): Promise<void> {
  const directory = openKeys(out);
  const root = (await directory.root())?.signed;
  const roles: KeyRole[] = [
    'root',
    'targets',
    ...(await directory.families()).map((family) => ({ family })),
  ];
  const found = [];
  for (const role of roles) {
    for (const { keyid } of await directory.signers(role)) {
      found.push({ role: nameOf(role), keyid, signs: signs(role) });
    }
  }
  if (found.length === 0) {
    fail('not-found', `${out} has no keys`, {
      hint: `make them with: selvedge keys init --out ${out}`,
    });
  }
  io.print(
    formatTable(
      ['key of', 'key id', 'signs'],
      found.map((key) => [key.role, key.keyid, key.signs]),
      io,
    ),
  );
  io.print(
    root
      ? `\nroot.json is version ${root.version}, valid until ${root.expires}`
      : '\nthere is no root.json yet: the first publish to a hub makes it',
  );
  io.result({
    dir: out,
    keys: found,
    root: root ? { version: root.version, expires: root.expires } : null,
  });
}

async function exportRoot(io: Io, { out, to }: Options): Promise<void> {
  const root = await openKeys(out).root();
  if (!root) {
    return fail('not-found', `${out} has no root.json yet`, {
      hint: 'the first publish to a hub makes it: it names the keys of that hub',
    });
  }
  if (to === undefined) {
    io.print(new TextDecoder().decode(root.bytes).trimEnd());
    io.result(JSON.parse(new TextDecoder().decode(root.bytes)));
    return;
  }
  await writeDurably(to, root.bytes, { mode: 0o644 });
  io.print(`wrote ${to}: root version ${root.signed.version}, valid until ${root.signed.expires}`);
  io.result({ file: to, version: root.signed.version, expires: root.signed.expires });
}

const nameOf = (role: KeyRole): string => (typeof role === 'string' ? role : role.family);

function signs(role: KeyRole): string {
  if (role === 'root') return 'which keys the other roles have';
  return role === 'targets'
    ? 'which families there are, and their keys'
    : 'releases, channels and policy';
}

function parseFamily(text: string): FamilyName {
  try {
    return parseDocument(FamilyName, text, 'family');
  } catch {
    return fail('usage', `"${text}" is no family`, {
      hint: 'write it as owner/name, like acme/glyphs',
    });
  }
}
