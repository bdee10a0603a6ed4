/** A point on the drawing grid: x from 0 to 6, y from 0 (top) to 8. */
export type Point = readonly [x: number, y: number];

/** A pen stroke as a chain of points. */
export type Stroke = readonly Point[];

/**
 * The 36 glyphs as a person draws them. Each stroke is a list of grid points written `xy`;
 * `~` starts a curve that rounds its corners, `-` a chain of straight lines.
 */
const drawings: Readonly<Record<string, readonly string[]>> = {
  '0': ['~30 00 08 68 60 30', '-17 51'],
  '1': ['-12 30 38'],
  '2': ['~02 00 60 63 34 08', '-08 68'],
  '3': ['~01 00 60 63 24', '~24 64 68 08 07'],
  '4': ['-40 05 65', '-40 48'],
  '5': ['-60 00 03', '~03 63 68 08 07'],
  '6': ['~50 00 04 08 68 64 05'],
  '7': ['-00 60 28'],
  '8': ['~34 04 00 60 64 34', '~34 04 08 68 64 34'],
  '9': ['~63 04 00 60 63 68 18'],
  A: ['-08 30 68', '-15 55'],
  B: ['-00 08', '~00 60 64 04', '~04 64 68 08'],
  C: ['~62 60 00 08 68 66'],
  D: ['-00 08', '~00 60 68 08'],
  E: ['-60 00 08 68', '-04 44'],
  F: ['-60 00 08', '-04 44'],
  G: ['~62 60 00 08 68 65', '-35 65'],
  H: ['-00 08', '-60 68', '-04 64'],
  I: ['-10 50', '-30 38', '-18 58'],
  J: ['-20 60', '~40 47 48 08 06'],
  K: ['-00 08', '-60 04 68'],
  L: ['-00 08 68'],
  M: ['-08 00 35 60 68'],
  N: ['-08 00 68 60'],
  O: ['~30 00 08 68 60 30'],
  P: ['-08 00', '~00 60 64 04'],
  Q: ['~30 00 08 68 60 30', '-45 68'],
  R: ['-08 00', '~00 60 64 04', '-24 68'],
  S: ['~61 60 00 03 64 68 08 07'],
  T: ['-00 60', '-30 38'],
  U: ['~00 05 08 68 65 60'],
  V: ['-00 38 60'],
  W: ['-00 18 33 58 60'],
  X: ['-00 68', '-60 08'],
  Y: ['-00 34 60', '-34 38'],
  Z: ['-00 60 08 68'],
};

/** The class names, in label order: label 0 is `0`, label 35 is `Z`. */
export const classes: readonly string[] = [...'0123456789', ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** The strokes of each class, in label order, corners of curves rounded. */
export const glyphs: readonly (readonly Stroke[])[] = classes.map((name) =>
  (drawings[name] ?? []).map(strokeOf),
);

function strokeOf(text: string): Stroke {
  const points = text
    .slice(1)
    .split(' ')
    .map((pair): Point => [Number(pair[0]), Number(pair[1])]);
  return text[0] === '~' ? roundCorners(roundCorners(points)) : points;
}

/** One pass of corner cutting (Chaikin 1974) that keeps the end points. */
function roundCorners(points: Stroke): Stroke {
  const out: Point[] = [points[0]!];
  for (let i = 0; i + 1 < points.length; i++) {
    const [ax, ay] = points[i]!;
    const [bx, by] = points[i + 1]!;
    if (i > 0) out.push([ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25]);
    if (i + 2 < points.length) out.push([ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75]);
  }
  out.push(points.at(-1)!);
  return out;
}
