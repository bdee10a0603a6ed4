import { fail } from '@selvedge/core/errors';
import type { Engine, ModelBytes, Session } from '@selvedge/infer/engine';
import { decodeModelMetadata } from '@selvedge/infer/oip';
import { exchange, type Fetch, type HttpPorts } from './http.ts';
import { RemoteSession } from './session.ts';

export interface RemoteEngineOptions {
  /** Where `v2/` stands, e.g. `http://127.0.0.1:7411`. */
  readonly url: string;
  /** The platform's by default. */
  readonly fetch?: Fetch;
  /** Added to every request: `traceparent` (w3.org/TR/trace-context), a token. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Milliseconds a request without a deadline of its own may take. Default 30,000. */
  readonly timeoutMs?: number;
  /** Bytes of the longest answer that is read. Default 1 GiB. */
  readonly maxBytes?: number;
}

export interface RemoteEngine extends Engine {
  readonly name: 'remote';
  /**
   * Points at a model that the server has, by its name there.
   *
   * @throws SelvedgeError `not-found`, `network`, `timeout`, `bad-upstream`
   */
  open(model: string, options?: { version?: string; timeoutMs?: number }): Promise<RemoteSession>;
}

/**
 * An Open Inference Protocol server (v2 REST: KServe, Triton, a Selvedge edge) as an engine.
 * Nothing is uploaded: loading a model means asking the server for the one of that name. Times
 * are those of the whole exchange unless the server says its own.
 */
export function createRemoteEngine(options: RemoteEngineOptions): RemoteEngine {
  const { timeoutMs = 30_000, maxBytes = 2 ** 30 } = options;
  const base = options.url.replace(/\/+$/, '');
  const ports: HttpPorts = {
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    headers: options.headers ?? (() => ({})),
    maxBytes,
  };
  const open: RemoteEngine['open'] = async (model, { version, timeoutMs: patience } = {}) => {
    const path = version === undefined ? model : `${model}/versions/${version}`;
    const url = `${base}/v2/models/${path.split('/').map(encodeURIComponent).join('/')}`;
    const within = { timeoutMs: patience ?? timeoutMs };
    const [metadata, binary] = await Promise.all([
      exchange(ports, { url, ...within }),
      knowsBinary(ports, `${base}/v2`, within.timeoutMs),
    ]);
    const { inputs, outputs } = decodeModelMetadata(metadata.json);
    return new RemoteSession({ url, ports, timeoutMs, binary, inputs, outputs });
  };
  return {
    name: 'remote',
    version: 'oip-v2',
    open,
    load: (model: ModelBytes): Promise<Session> =>
      open(
        model.name ?? fail('bad-model', 'a remote model is known by its name, and none was given'),
      ),
    close: async () => {},
  };
}

/** Whether the server reads tensors as bytes. One that does not say so gets JSON. */
async function knowsBinary(ports: HttpPorts, url: string, timeoutMs: number): Promise<boolean> {
  try {
    const { json } = await exchange(ports, { url, timeoutMs });
    const { extensions } = json as { extensions?: unknown };
    return Array.isArray(extensions) && extensions.includes('binary_tensor_data');
  } catch {
    return false;
  }
}
