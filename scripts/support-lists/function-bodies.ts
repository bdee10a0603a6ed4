/** What operators that ONNX defines by others are made of, as its node tests show it. */
import { type Model, readModel, walkNodes } from '@selvedge/onnx';
import type { Source } from './read-source.ts';

export interface FunctionBody {
  readonly op: string;
  /** A model of the one operator. */
  readonly whole: Model;
  /** The same model with the operators of its function in place of it. */
  readonly expanded: Model;
}

/** Tests `test_x` of one operator that stand a second time as `test_x_expanded`, taken apart. */
export function readFunctionBodies({ files }: Source): FunctionBody[] {
  const bodies: FunctionBody[] = [];
  for (const [path, bytes] of files) {
    const [, test] = /^(\w+?)_expanded\w*\/model\.onnx$/.exec(path) ?? [];
    const whole = test === undefined ? undefined : files.get(`${test}/model.onnx`);
    if (!whole) continue;
    const model = readModel(whole);
    const [first, second] = walkNodes(model);
    if (!first || second) continue;
    bodies.push({ op: first.node.opType ?? '', whole: model, expanded: readModel(bytes) });
  }
  return bodies;
}
