/** A real hub with a family, and directories for agents; everything is gone after `close`. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledPolicy } from '@selvedge/core/route';
import { type Hub, startHub } from '@selvedge/hub';
import { type TinyPublisher, tinyPublisher } from './tiny-publisher.ts';
import { type TinyVariantOptions, tinyRelease } from './tiny-release.ts';

export const family = 'acme/digits';

export interface TinyFabric {
  readonly dir: string;
  readonly hub: Hub;
  readonly hubDir: string;
  readonly publisher: TinyPublisher;
  /** The first token of a hub that is not for development. */
  readonly token: string | undefined;
  /** `root.json` for agents. */
  readonly rootFile: string;
  publish(
    version: string,
    variants?: readonly TinyVariantOptions[],
    policy?: CompiledPolicy,
  ): Promise<void>;
  /** A fresh path for a data directory, or a copy of one. */
  agentDir(copyOf?: string): Promise<string>;
  close(): Promise<void>;
}

export async function tinyFabric(
  options: { clock?: () => Date; dev?: boolean } = {},
): Promise<TinyFabric> {
  const dir = await mkdtemp(join(tmpdir(), 'tiny-fabric-'));
  const hubDir = join(dir, 'hub');
  const hub = await startHub({
    dataDir: hubDir,
    port: 0,
    dev: options.dev ?? true,
    host: '127.0.0.1',
    logLevel: 'silent',
    ...(options.clock && { clock: options.clock }),
  });
  const token = hub.adminTokenFile && (await readFile(hub.adminTokenFile, 'utf8')).trim();
  const publisher = await tinyPublisher(hub.url, family, { now: options.clock, token });
  const rootFile = join(dir, 'root.json');
  await writeFile(rootFile, publisher.root());
  let agents = 0;
  return {
    dir,
    hub,
    hubDir,
    publisher,
    token,
    rootFile,
    publish: (version, variants, policy) =>
      publisher.publish(tinyRelease(family, version, variants), policy),
    async agentDir(copyOf) {
      agents += 1;
      const path = join(dir, `agent-${agents}`);
      if (copyOf) await cp(copyOf, path, { recursive: true });
      return path;
    },
    async close() {
      await hub.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
