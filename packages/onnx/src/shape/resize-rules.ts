/** Shapes of operators that sample images (ONNX Operators: Resize, Upsample, GridSample, AffineGrid). */
import { attribute, intsAttribute, textAttribute } from '../graph/attribute.ts';
import { type Dim, floorDivide, multiplyDims, opaque, textOf } from './dimension.ts';
import { constantOf, type Operands, positiveAxis, type Shape, type ShapeRule } from './facts.ts';

type Result = readonly (Shape | undefined)[];

export const resizeRules: Readonly<Record<string, ShapeRule>> = {
  Resize: resize,
  Upsample: (operands) => [
    scaled(
      operands.inputs[0]?.shape,
      attribute(operands.node, 'scales')?.floats ?? constantOf(operands, 1),
    ),
  ],
  AffineGrid: affineGrid,
  GridSample: gridSample,
};

function resize(operands: Operands): Result {
  const { node, inputs, opset } = operands;
  const x = inputs[0]?.shape;
  if (!x) return [];
  const scales = constantOf(operands, opset < 11 ? 1 : 2);
  const sizes = node.input[3] ? inputs[3]?.elements : undefined;
  const axes = intsAttribute(node, 'axes') ?? x.map((_, at) => at);
  const spread = <T>(values: readonly T[]) => {
    const full: (T | undefined)[] = x.map(() => undefined);
    for (const [at, axis] of axes.entries()) full[positiveAxis(axis, x.length) ?? 0] = values[at];
    return full;
  };
  if (sizes?.length)
    return [fitted(x, spread(sizes), textAttribute(node, 'keep_aspect_ratio_policy', 'stretch'))];
  if (!scales?.length) return [x.map((size, at) => (axes.includes(at) ? null : size))];
  return [
    scaled(
      x,
      spread(scales).map((scale) => scale ?? 1),
    ),
  ];
}

/** Resize-18: sizes as they are, or one scale for all axes that are named. */
function fitted(x: Shape, sizes: readonly (Dim | undefined)[], policy: string): Shape {
  if (policy === 'stretch') return sizes.map((size, at) => (size === undefined ? x[at]! : size));
  const scales = sizes.flatMap((size, at) =>
    typeof size === 'number' && typeof x[at] === 'number' ? [size / x[at]] : [],
  );
  if (scales.length !== sizes.filter((size) => size !== undefined).length) return x.map(() => null);
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return sizes.map((size, at) =>
    size === undefined ? x[at]! : Math.floor((x[at] as number) * scale + 0.5),
  );
}

function scaled(
  x: Shape | undefined,
  scales: readonly (number | undefined)[] | undefined,
): Shape | undefined {
  return x?.map((size, at): Dim => {
    const scale = scales?.[at];
    if (size === null || scale === undefined || !(scale > 0)) return null;
    // Scales are float32, so that a product of whole numbers may fall just short of one.
    if (typeof size === 'number') return Math.floor(Math.fround(size * scale));
    if (Number.isInteger(scale)) return multiplyDims(size, scale);
    if (Number.isInteger(1 / scale)) return floorDivide(size, 1 / scale);
    return opaque('floor', `(${textOf(size)})*${scale}`);
  });
}

/** [N, 2, 3] and the sizes of an image give a grid of pairs; [N, 3, 4] of triples. */
function affineGrid({ inputs }: Operands): Result {
  const size = inputs[1]?.elements;
  return [size && [size[0] ?? null, ...size.slice(2), size.length - 2]];
}

function gridSample({ inputs }: Operands): Result {
  const [x, grid] = [inputs[0]?.shape, inputs[1]?.shape];
  return [x && grid && [x[0] ?? null, x[1] ?? null, ...grid.slice(1, -1)]];
}
