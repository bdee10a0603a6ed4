import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EngineProcess } from './engine-process.ts';

/** Bytes of outputs after which those that nobody holds any more are let go. */
const collectAfter = 4 << 20;

/**
 * ONNX Runtime in this process, where nothing stands between it and the application: what is handed
 * over is not copied, and a request that hangs cannot be ended. Loaded when it is first needed.
 */
export async function startEngineHere(): Promise<EngineProcess> {
  const { OrtSessions } = await import('./ort-sessions.ts');
  const sessions = new OrtSessions({ plansMemory: false, spins: false });
  const collect = collector();
  let bytes = 0;
  return {
    pid: process.pid,
    alive: true,
    async request(header, blobs = []) {
      if (bytes > collectAfter) {
        collect();
        bytes = 0;
      }
      const answer = await sessions.answer({ header, blobs });
      for (const { byteLength } of [...blobs, ...answer.blobs]) bytes += byteLength;
      return answer;
    },
    kill() {},
    end: () => sessions.close(),
  };
}

/**
 * Outputs stand outside V8's heap, which is small and sees no reason to look for what is garbage:
 * tens of megabytes of them would wait. A whole collection of such a heap takes a millisecond; a
 * minor one would leave what an earlier one has promoted.
 */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
