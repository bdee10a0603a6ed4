/** Opens one session after another; what becomes of each is said in a line on stderr. */
import { writeSync } from 'node:fs';
import { InferenceSession } from 'onnxruntime-node';
import type { OpenOptions } from './sessions.ts';

const [, , provider = 'cpu'] = process.argv;

interface Order extends OpenOptions {
  readonly model: Uint8Array;
}

process.on('message', async ({ model, level, layout, writeTo }: Order) => {
  let error: string | undefined;
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: [layout ? { name: 'webgpu', preferredLayout: layout } : provider],
      graphOptimizationLevel: level,
      ...(writeTo === undefined ? {} : { optimizedModelFilePath: writeTo }),
      logSeverityLevel: 0,
      logVerbosityLevel: 0,
    });
    await session.release();
  } catch (caught) {
    error = (caught as Error).message;
  }
  writeSync(2, `\n@@done ${JSON.stringify({ error })}\n`);
});
process.send?.('ready');
