import { classes, glyphs, type Point, type Stroke } from './glyphs.ts';
import { type Random, seededRandom } from './random.ts';

/** Width and height of an image, pixels. */
export const side = 20;
const pixels = side * side;

/** Images, one after the other, row-major, 0 (paper) to 255 (ink), and their labels. */
export interface Samples {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
}

/** The evaluation set is drawn from a seed that training never uses. */
export const evaluationSeed = 20261120;
export const evaluationCount = 3600;

/**
 * Draws `count` glyphs under random slant, rotation, thickness, clutter, blur and noise.
 * Classes are balanced. The same seed gives the same bytes on every machine.
 */
export function drawSamples(seed: number, count: number): Samples {
  const random = seededRandom(seed);
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  const canvas = new Float64Array(pixels);
  const scratch = new Float64Array(pixels);
  for (let i = 0; i < count; i++) {
    const label = i % classes.length;
    labels[i] = label;
    drawOne(random, glyphs[label]!, canvas, scratch);
    for (let p = 0; p < pixels; p++) images[i * pixels + p] = toByte(canvas[p]!);
  }
  return { images, labels, count };
}

function drawOne(
  random: Random,
  strokes: readonly Stroke[],
  canvas: Float64Array,
  scratch: Float64Array,
): void {
  canvas.fill(0);
  const place = placement(random);
  const thickness = random.between(1.1, 2.4);
  for (const stroke of strokes) ink(canvas, stroke.map(place), thickness, 1);
  if (random.next() < 0.5) {
    const stray: Stroke = [
      [random.between(0, side), random.between(0, side)],
      [random.between(0, side), random.between(0, side)],
    ];
    ink(canvas, stray, random.between(0.6, 1.4), random.between(0.4, 0.9));
  }
  const blurs = random.below(3);
  for (let pass = 0; pass < blurs; pass++) blur(canvas, scratch);
  const contrast = random.between(0.45, 1);
  const noise = random.between(0.02, 0.2);
  for (let p = 0; p < pixels; p++) canvas[p] = canvas[p]! * contrast + random.normal() * noise;
}

/**
 * A random affine map from the drawing grid to pixels, with a jitter of each point. The rotation
 * is chosen by t = tan(θ/2), which needs no trigonometric function: |θ| ≤ 37°.
 */
function placement(random: Random): (point: Point) => Point {
  const t = random.between(-0.33, 0.33);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const scaleX = random.between(1.05, 1.95);
  const scaleY = random.between(1.15, 1.75);
  const slant = random.between(-0.3, 0.3);
  const centreX = side / 2 + random.between(-2, 2);
  const centreY = side / 2 + random.between(-2, 2);
  return ([x, y]) => {
    const v = (y - 4 + random.normal() * 0.22) * scaleY;
    const u = (x - 3 + random.normal() * 0.22) * scaleX + slant * v;
    return [centreX + u * cos - v * sin, centreY + u * sin + v * cos];
  };
}

/** Draws a chain of segments with soft edges; ink does not add up where strokes cross. */
function ink(canvas: Float64Array, points: Stroke, thickness: number, strength: number): void {
  for (let i = 0; i + 1 < points.length; i++) {
    inkSegment(canvas, points[i]!, points[i + 1]!, thickness / 2 + 0.5, strength);
  }
}

function inkSegment(
  canvas: Float64Array,
  a: Point,
  b: Point,
  reach: number,
  strength: number,
): void {
  const [ax, ay] = a;
  const dx = b[0] - ax;
  const dy = b[1] - ay;
  const length2 = dx * dx + dy * dy || 1e-9;
  for (let y = pixelAt(Math.min(ay, b[1]) - reach); y <= pixelAt(Math.max(ay, b[1]) + reach); y++) {
    for (
      let x = pixelAt(Math.min(ax, b[0]) - reach);
      x <= pixelAt(Math.max(ax, b[0]) + reach);
      x++
    ) {
      const px = x + 0.5 - ax;
      const py = y + 0.5 - ay;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
      const ex = px - along * dx;
      const ey = py - along * dy;
      const level = strength * Math.min(1, Math.max(0, reach - Math.sqrt(ex * ex + ey * ey)));
      const p = y * side + x;
      if (level > canvas[p]!) canvas[p] = level;
    }
  }
}

const pixelAt = (position: number): number => Math.min(side - 1, Math.max(0, Math.floor(position)));

/** A 3×3 binomial blur; the border repeats. */
function blur(canvas: Float64Array, scratch: Float64Array): void {
  blurAlong(canvas, scratch, 1, (p) => p % side);
  blurAlong(scratch, canvas, side, (p) => Math.floor(p / side));
}

function blurAlong(
  from: Float64Array,
  to: Float64Array,
  step: number,
  position: (p: number) => number,
): void {
  for (let p = 0; p < pixels; p++) {
    const at = position(p);
    const before = at > 0 ? from[p - step]! : from[p]!;
    const after = at < side - 1 ? from[p + step]! : from[p]!;
    to[p] = from[p]! * 0.5 + (before + after) * 0.25;
  }
}

function toByte(level: number): number {
  return Math.round(Math.min(1, Math.max(0, level)) * 255);
}
