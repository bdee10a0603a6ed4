import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SelvedgeError } from '@selvedge/core/errors';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';
import type { Answer, Request } from './messages.ts';

/** A running engine process. It answers one request at a time; the caller keeps the order. */
export interface EngineProcess {
  readonly pid: number;
  /** False once it has ended. */
  readonly alive: boolean;
  /** @throws SelvedgeError `engine-failed` when the process ends before it answers. */
  request(request: Request, blobs?: readonly Uint8Array[]): Promise<Frame<Answer>>;
  kill(): void;
  /** Lets it finish and waits until it is gone. */
  end(): Promise<void>;
}

/**
 * Starts ONNX Runtime in a process of its own and waits until it is up. The process gets no
 * arguments, no working secrets (a short list of environment variables) and no path to a model.
 *
 * @throws SelvedgeError `engine-failed`
 */
export async function startEngineProcess(startTimeoutMs: number): Promise<EngineProcess> {
  const child = spawnChild();
  const link = new Link(child);
  const timer = setTimeout(() => link.kill(), startTimeoutMs);
  try {
    await link.next();
    return link;
  } catch (cause) {
    throw new SelvedgeError(
      'engine-failed',
      `onnxruntime did not start: ${(cause as Error).message}`,
      {
        hint: 'check that onnxruntime-node is installed for this platform',
        cause,
      },
    );
  } finally {
    clearTimeout(timer);
  }
}

function spawnChild(): ChildProcess {
  // In the repository the sources run as they are; published, they are compiled.
  const entry = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
  return spawn(process.execPath, [entry], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: passedEnvironment(),
    windowsHide: true,
  });
}

/** What native code may need to find its libraries and a temporary directory; nothing else. */
function passedEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TEMP'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

interface Waiter {
  resolve(frame: Frame<Answer>): void;
  reject(error: Error): void;
}

class Link implements EngineProcess {
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #gone: Promise<void>;
  #waiter: Waiter | undefined;
  #ended: string | undefined;
  #lastWords = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#channel = child.stdio[3] as Socket;
    const lifeline = child.stdio[4] as Socket;
    const reader = new FrameReader<Answer>();
    this.#channel.on('data', (piece: Uint8Array) => {
      for (const frame of reader.push(piece)) this.#settle((waiter) => waiter.resolve(frame));
    });
    child.stderr?.on('data', (piece: Uint8Array) => {
      this.#lastWords = (this.#lastWords + new TextDecoder().decode(piece)).slice(-2000);
    });
    // A write to a process that just died fails here; its end is reported below.
    for (const stream of [this.#channel, lifeline]) stream.on('error', () => {});
    lifeline.resume();
    this.#gone = new Promise((resolve) => {
      const close = (reason: string) => {
        this.#ended = reason;
        this.#settle((waiter) => waiter.reject(this.#death()));
        resolve();
      };
      child.once('close', (code, signal) =>
        close(signal ? `was ended by ${signal}` : `ended with status ${code}`),
      );
      child.once('error', (error) => close(`could not be run: ${error.message}`));
    });
    child.unref();
    for (const stream of [child.stderr as (Readable & Partial<Socket>) | null, lifeline])
      stream?.unref?.();
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get alive(): boolean {
    return (
      this.#ended === undefined && this.#child.exitCode === null && this.#child.signalCode === null
    );
  }

  request(request: Request, blobs: readonly Uint8Array[] = []): Promise<Frame<Answer>> {
    const answer = this.next();
    if (this.#ended === undefined) {
      this.#channel.cork();
      for (const chunk of encodeFrame(request, blobs)) this.#channel.write(chunk);
      this.#channel.uncork();
    }
    return answer;
  }

  /** The next frame. Only while one is awaited does the process keep the application running. */
  next(): Promise<Frame<Answer>> {
    if (this.#ended !== undefined) return Promise.reject(this.#death());
    this.#channel.ref();
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    this.#channel.end();
    const timer = setTimeout(() => this.kill(), 1000);
    // A process with a large model takes a while to go, and nothing else may keep the application.
    this.#child.ref();
    await this.#gone;
    clearTimeout(timer);
  }

  #settle(how: (waiter: Waiter) => void): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    this.#channel.unref();
    if (waiter) how(waiter);
  }

  #death(): SelvedgeError {
    const lines = this.#lastWords
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '');
    const words = lines.at(-1)?.trim() ?? '';
    const message = `the engine's process ${this.#ended}${words ? ` (${words})` : ''}`;
    return new SelvedgeError('engine-failed', message, { details: { engine: 'onnxruntime' } });
  }
}
