import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel, walkNodes } from '@selvedge/onnx';
import { numberOf } from './named-nodes.ts';
import { ortNodeSessions } from './ort-node.ts';
import type { OpenOptions } from './sessions.ts';

/** Tells which nodes of a model, named by `nameNodes`, are still there when a provider is asked. */
export interface KeptNodes {
  /** Undefined where ONNX Runtime's CPU cannot open the model: then nothing is known to be gone. */
  of(named: Uint8Array): Promise<((node: number) => boolean) | undefined>;
  close(): Promise<void>;
}

/**
 * ONNX Runtime folds constants and fuses some nodes before it asks any provider (its level 1, on by
 * default); such nodes run nowhere. What is there no longer, even with all optimisations off, was a
 * function that the CPU has no kernel for: another provider is asked about it.
 */
export async function keptNodes(): Promise<KeptNodes> {
  const sessions = await ortNodeSessions('cpu');
  const directory = mkdtempSync(join(tmpdir(), 'placement-'));
  const namesAt = async (
    model: Uint8Array,
    level: OpenOptions['level'],
  ): Promise<Set<number | undefined> | undefined> => {
    const writeTo = join(directory, 'graph.onnx');
    rmSync(writeTo, { force: true });
    await sessions.open(model, { level, writeTo });
    if (!existsSync(writeTo)) return undefined;
    const nodes = [...walkNodes(readModel(readFileSync(writeTo)))];
    return new Set(nodes.map(({ node }) => numberOf(node.name ?? '')));
  };
  return {
    async of(named) {
      const [before, after] = [await namesAt(named, 'disabled'), await namesAt(named, 'basic')];
      if (!before || !after) return undefined;
      return (node) => after.has(node) || !before.has(node);
    },
    async close() {
      await sessions.close();
      rmSync(directory, { recursive: true });
    },
  };
}
