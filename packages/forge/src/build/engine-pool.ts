import { availableParallelism } from 'node:os';
import { createOrtEngine } from '@selvedge/engines/ort-node';
import type { Engine, Session } from '@selvedge/infer/engine';

/** Processes beyond this many take memory and gain little. */
const mostProcesses = 8;

/**
 * Several processes of ONNX Runtime as one engine: a model goes to the one with the fewest, so that
 * different models answer at the same time. Each answers with one thread: sums are then taken in
 * one order, and golden outputs repeat.
 */
export function createEnginePool(
  processes = Math.min(availableParallelism(), mostProcesses),
): Engine {
  const members = Array.from({ length: Math.max(1, processes) }, () => ({
    engine: createOrtEngine({ threads: 1 }),
    sessions: 0,
  }));
  const [first] = members as [(typeof members)[number]];
  return {
    name: first.engine.name,
    version: first.engine.version,
    async load(model): Promise<Session> {
      // What is streamed is as large as memory allows, and stays in one process.
      const member =
        model.directory === undefined
          ? members.reduce((least, one) => (one.sessions < least.sessions ? one : least))
          : first;
      member.sessions += 1;
      const leave = once(() => {
        member.sessions -= 1;
      });
      try {
        return counted(await member.engine.load(model), leave);
      } catch (caught) {
        leave();
        throw caught;
      }
    },
    async close() {
      await Promise.all(members.map(({ engine }) => engine.close()));
    },
  };
}

const counted = (session: Session, leave: () => void): Session => ({
  // ONNX Runtime tells inputs and outputs again after a crash; they stay what they were.
  inputs: session.inputs,
  outputs: session.outputs,
  run: (inputs, options) => session.run(inputs, options),
  async close() {
    leave();
    await session.close();
  },
});

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
