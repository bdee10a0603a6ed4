import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SelvedgeError } from '@selvedge/core/errors';
import type { Engine, ModelBytes, Session } from '@selvedge/infer/engine';
import { Dispatcher } from './dispatcher.ts';
import { startEngineHere } from './engine-here.ts';
import { startEngineProcess } from './engine-process.ts';
import { OrtSession } from './session.ts';

export interface OrtEngineOptions {
  /**
   * `none` runs ONNX Runtime in this process: less memory and no start-up, for a process whose only
   * work it is. A crash of native code then ends the process, a run blocks it and no deadline ends
   * it, and `Float16Array` is taken from its globals. Default `process`.
   */
  readonly isolation?: Isolation['level'];
  /** Threads of one operator; 0 lets ONNX Runtime take one per core. Default 0. */
  readonly threads?: number;
  /** Milliseconds a model may take to load. Default 120,000. */
  readonly loadTimeoutMs?: number;
  /** Milliseconds the engine's process may take to come up. Default 20,000. */
  readonly startTimeoutMs?: number;
  /** Milliseconds after which a run without a deadline of its own counts as hung. Default 60,000. */
  readonly hangMs?: number;
  /** Milliseconds that a run nobody waits for any more may go on before it is ended. Default 1,000. */
  readonly graceMs?: number;
}

/** How far native code is kept apart, said instead of claimed. */
export interface Isolation {
  readonly level: 'process' | 'none';
  /** What native code is still able to reach. */
  readonly reaches: readonly ('files' | 'network' | 'memory')[];
}

export interface OrtEngine extends Engine {
  readonly name: 'onnxruntime';
  readonly isolation: Isolation;
  /** The id of the engine's own process while it runs; it starts with the first load. */
  readonly pid: number | undefined;
}

/**
 * ONNX Runtime in a process of its own, behind the Engine port. A crash or a hang of native code
 * is an error of the request that was at work; the process is started again and each session
 * loads itself again when it is next used. The process ends with the application, and does not
 * keep an idle one running.
 *
 * The bytes of a model and of a run's inputs must not change before the promise settles; the
 * model's are kept for loading again.
 *
 * @example
 * const engine = createOrtEngine({ threads: 1 });
 * const session = await engine.load({ model: bytes, name: 'mnist-8.onnx' });
 * const { outputs } = await session.run({ Input3: image }, { timeoutMs: 100 });
 */
export function createOrtEngine(options: OrtEngineOptions = {}): OrtEngine {
  const { threads = 0, loadTimeoutMs = 120_000, isolation = 'process' } = options;
  const { startTimeoutMs = 20_000, hangMs = 60_000, graceMs = 1_000 } = options;
  const isApart = isolation === 'process';
  const start = isApart ? () => startEngineProcess(startTimeoutMs) : startEngineHere;
  const dispatcher = new Dispatcher({ start, hangMs, graceMs });
  let sessions = 0;
  return {
    name: 'onnxruntime',
    version: ortVersion(),
    isolation: {
      level: isolation,
      reaches: isApart ? ['files', 'network'] : ['files', 'network', 'memory'],
    },
    get pid() {
      return isApart ? dispatcher.pid : undefined;
    },
    async load(model: ModelBytes): Promise<Session> {
      if (model.model.byteLength === 0) {
        throw new SelvedgeError('bad-model', `${model.name ?? 'the model'}: it is empty`);
      }
      sessions += 1;
      const session = new OrtSession(dispatcher, sessions, model, threads);
      await session.load({ timeoutMs: loadTimeoutMs });
      return session;
    },
    close: () => dispatcher.close(),
  };
}

/** Read from the package, not from the library: native code stays out of this process. */
function ortVersion(): string {
  const file = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
