import type { EngineProcess } from './engine-process.ts';

/**
 * ONNX Runtime in this process, where nothing stands between it and the application: what is handed
 * over is not copied, and a request that hangs cannot be ended. Loaded when it is first needed.
 */
export async function startEngineHere(): Promise<EngineProcess> {
  const { OrtSessions } = await import('./ort-sessions.ts');
  const sessions = new OrtSessions();
  return {
    pid: process.pid,
    alive: true,
    request: (header, blobs = []) => sessions.answer({ header, blobs }),
    kill() {},
    end: () => sessions.close(),
  };
}
