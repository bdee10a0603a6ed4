import { classes } from './glyphs.ts';
import { side } from './samples.ts';

/** The three sizes of the family. */
export const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];

/** One learned layer: a 3×3 convolution (same padding) or a dense layer, ReLU after all but the last. */
export type Layer =
  | {
      readonly kind: 'conv';
      readonly name: string;
      readonly from: number;
      readonly to: number;
      readonly pool: boolean;
    }
  | { readonly kind: 'dense'; readonly name: string; readonly from: number; readonly to: number };

const quarter = (side / 4) * (side / 4);

/** Channels of the two convolutions and width of the hidden dense layer, per size. */
const widths: Readonly<Record<Size, { conv: readonly [number, number]; hidden: number }>> = {
  small: { conv: [6, 12], hidden: 0 },
  medium: { conv: [10, 20], hidden: 64 },
  large: { conv: [14, 28], hidden: 96 },
};

/** The layers of a size, input to output. */
export function layersOf(size: Size): Layer[] {
  const { conv, hidden } = widths[size];
  const [first, second] = conv;
  const flat = second * quarter;
  const head: Layer[] = hidden
    ? [
        { kind: 'dense', name: 'hidden', from: flat, to: hidden },
        { kind: 'dense', name: 'classes', from: hidden, to: classes.length },
      ]
    : [{ kind: 'dense', name: 'classes', from: flat, to: classes.length }];
  return [
    { kind: 'conv', name: 'conv1', from: 1, to: first, pool: true },
    { kind: 'conv', name: 'conv2', from: first, to: second, pool: true },
    ...head,
  ];
}

/** Number of weights and biases of a layer. Weights come first, `to` × fan-in, then `to` biases. */
export function sizeOfLayer(layer: Layer): { weights: number; biases: number; fanIn: number } {
  const fanIn = layer.kind === 'conv' ? layer.from * 9 : layer.from;
  return { weights: layer.to * fanIn, biases: layer.to, fanIn };
}
