import type { Session, Tensor } from '@selvedge/infer/engine';
import { type EvaluateConstants, type Model, makeTensor, type TensorProto } from '@selvedge/onnx';

/**
 * Lets an engine evaluate what reads only constants, for `evaluateConstants`. What the engine
 * refuses stays in the model.
 *
 * @example await evaluateConstants(model, evaluateWith(load))
 */
export function evaluateWith(load: (model: Model) => Promise<Session>): EvaluateConstants {
  return async (model) => {
    const session = await load(model);
    try {
      const { outputs } = await session.run({});
      const tensors = Object.entries(outputs).map(([name, tensor]) => [name, stored(name, tensor)]);
      return new Map(tensors as [string, TensorProto][]);
    } finally {
      await session.close();
    }
  };
}

function stored(name: string, { type, shape, data }: Tensor): TensorProto {
  return makeTensor(name, shape, data as Parameters<typeof makeTensor>[2], type);
}
