/**
 * Selvedge's trust client behind the command line that tuf-conformance drives (CLIENT-CLI.md):
 * `init ROOT`, `refresh`, `download`. Exit 0 when all went well, 1 otherwise.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Carrier, openTrustClient, type TrustClient } from '@selvedge/core/trust';
import { accepted, fileTrustStore, httpCarrier } from '@selvedge/node/trust';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string', multiple: true },
    'target-base-url': { type: 'string' },
    'target-dir': { type: 'string' },
  },
});

/** Metadata and targets stand at two addresses here; in a Selvedge hub the second is in the first. */
const carrier: Carrier = (path, options) => {
  const target = path.startsWith('targets/');
  const base = target ? values['target-base-url'] : values['metadata-url'];
  return httpCarrier(() => [base ?? ''])(target ? path.slice('targets/'.length) : path, options);
};

/** `SELVEDGE_FAKETIME`: the time at which the process started, as `bin/faketime` sets it. */
function clock(): () => Date {
  const fake = process.env.SELVEDGE_FAKETIME;
  const offset = fake ? Date.parse(fake) - Date.now() : 0;
  return () => new Date(Date.now() + offset);
}

async function open(): Promise<TrustClient> {
  const store = fileTrustStore(values['metadata-dir'] ?? '');
  return accepted(await openTrustClient({ fetch: carrier, store, clock: clock() }));
}

async function download(client: TrustClient, name: string): Promise<void> {
  const found = accepted(await client.find(name));
  const file = join(values['target-dir'] ?? '', encodeURIComponent(name));
  const kept = await readFile(file).catch(() => undefined);
  const hash = kept && createHash('sha256').update(kept).digest('hex');
  if (hash !== undefined && hash === found.file.hashes.sha256) return;
  await writeFile(file, accepted(await client.target(name)));
}

try {
  const [command, root] = positionals;
  if (command === 'init') {
    await mkdir(values['metadata-dir'] ?? '', { recursive: true });
    await fileTrustStore(values['metadata-dir'] ?? '').write('root', await readFile(root ?? ''));
  } else {
    const client = await open();
    accepted(await client.refresh());
    if (command === 'download')
      for (const name of values['target-name'] ?? []) await download(client, name);
  }
} catch (caught) {
  process.stderr.write(`${(caught as Error).message}\n`);
  process.exitCode = 1;
}
