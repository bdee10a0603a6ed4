import { toSelvedgeError } from '@selvedge/core/errors';
import type { Telemetry } from '@selvedge/node/telemetry';
import type { Document } from './document.ts';
import type { DocumentFiles } from './document-files.ts';
import { createLru } from './lru.ts';

/** Kept documents: in memory, and on disk for after a restart. */
export interface DocumentMemory {
  find(key: string): Promise<Document | undefined>;
  keep(key: string, document: Document): Promise<void>;
}

const maxMemoryBytes = 64 * 1024 * 1024;

/** Documents in memory over documents on disk. A full disk costs durability, not the answer. */
export function documentMemory(files: DocumentFiles, telemetry: Telemetry): DocumentMemory {
  const documents = new Map<string, Document>();
  const lru = createLru();
  const failures = telemetry.meter.createCounter('edge_cache_document_failures_total', {
    description: 'Documents that could not be read from disk or written to it, by error code',
  });
  const failed = (key: string, caught: unknown): undefined => {
    const error = toSelvedgeError(caught, 'io-failed');
    failures.add(1, { code: error.code });
    telemetry.log.warn({ key, code: error.code }, error.message);
  };
  const hold = (key: string, document: Document): void => {
    documents.set(key, document);
    lru.touch(key, document.body.byteLength + key.length + 512);
    for (const old of lru.surplus(maxMemoryBytes)) {
      lru.forget(old);
      documents.delete(old);
    }
  };
  return {
    async find(key: string): Promise<Document | undefined> {
      const held = documents.get(key);
      if (held) {
        lru.touch(key);
        return held;
      }
      const stored = await files.read(key).catch((caught) => failed(key, caught));
      if (stored) hold(key, stored);
      return stored;
    },
    async keep(key: string, document: Document): Promise<void> {
      const same = documents.get(key)?.body === document.body;
      hold(key, document);
      if (same) return;
      await files.write(key, document).catch((caught) => failed(key, caught));
    },
  };
}
