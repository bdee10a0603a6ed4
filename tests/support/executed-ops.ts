import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import {
  concat,
  inspectModel,
  type Model,
  readModel,
  writeModel,
} from '../../packages/onnx/src/index.ts';

/** The operators that ONNX Runtime's CPU provider runs for a model, once it has fused what it can. */
export async function executedOps(model: Model): Promise<Readonly<Record<string, number>>> {
  const directory = mkdtempSync(join(tmpdir(), 'selvedge-fused-'));
  try {
    const optimizedModelFilePath = join(directory, 'fused.onnx');
    const session = await InferenceSession.create(concat(writeModel(model)), {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath,
      logSeverityLevel: 4,
    });
    await session.release();
    return inspectModel(readModel(new Uint8Array(readFileSync(optimizedModelFilePath)))).ops;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
