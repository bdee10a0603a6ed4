import { walkNodes } from '../../graph/walk.ts';
import type { ModelProto } from '../../wire/messages.ts';
import { mergeMoments } from '../moments/merge-moments.ts';
import type { InputMoments, LayerMoments } from '../moments/moments.ts';
import type { Weights4 } from './weights4.ts';

/** Moments by the weights they meet: weights that several layers share are rounded for all of them. */
export class WeightMoments {
  readonly #moments: LayerMoments;
  /** Layers by the name of their weights. */
  readonly #layers = new Map<string, string[]>();
  readonly #merged = new Map<string, InputMoments | undefined>();

  constructor(model: ModelProto, moments: LayerMoments) {
    this.#moments = moments;
    if (moments.size === 0) return;
    for (const { node } of walkNodes(model)) {
      const layer = node.name || node.output[0] || '';
      const name = node.input[1];
      if (!name || !moments.has(layer)) continue;
      const layers = this.#layers.get(name);
      if (layers) layers.push(layer);
      else this.#layers.set(name, [layer]);
    }
  }

  /** What the readers of some weights saw; `undefined` where nobody looked. */
  of({ name, position, columns }: Weights4): InputMoments | undefined {
    if (position !== 1) return undefined;
    const key = `${columns} ${name}`;
    if (!this.#merged.has(key)) {
      const found = (this.#layers.get(name) ?? []).map((layer) => this.#moments.get(layer)!);
      this.#merged.set(key, mergeMoments(found.filter(({ size }) => size === columns)));
    }
    return this.#merged.get(key);
  }
}
