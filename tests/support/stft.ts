/** A short-time Fourier transform: real and imaginary parts, `[frames, bins, 2]`. */
export interface Spectrum {
  readonly frames: number;
  readonly bins: number;
  readonly data: Float32Array;
}

export interface StftOptions {
  /** Samples of a frame: a power of two. */
  readonly size: number;
  readonly hop: number;
}

/** As `torch.stft` with the root of a periodic Hann window, centred, its ends reflected. */
export function stft(samples: Float32Array, { size, hop }: StftOptions): Spectrum {
  const [half, window, bins] = [size / 2, rootHann(size), size / 2 + 1];
  const frames = 1 + Math.floor(samples.length / hop);
  const data = new Float32Array(frames * bins * 2);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let frame = 0; frame < frames; frame++) {
    for (let at = 0; at < size; at++) {
      re[at] = reflected(samples, frame * hop + at - half) * window[at]!;
      im[at] = 0;
    }
    transform(re, im);
    for (let bin = 0; bin < bins; bin++) {
      data[(frame * bins + bin) * 2] = re[bin]!;
      data[(frame * bins + bin) * 2 + 1] = im[bin]!;
    }
  }
  return { frames, bins, data };
}

/** As `torch.istft`: windowed frames added up, divided by the sum of squared windows, ends cut off. */
export function inverseStft(spectrum: Spectrum, { size, hop }: StftOptions): Float32Array {
  const { frames, bins, data } = spectrum;
  const window = rootHann(size);
  const length = (frames - 1) * hop;
  const [sum, weight] = [new Float64Array(length + size), new Float64Array(length + size)];
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let frame = 0; frame < frames; frame++) {
    for (let bin = 0; bin < size; bin++) {
      const from = (frame * bins + (bin < bins ? bin : size - bin)) * 2;
      re[bin] = data[from]!;
      // The inverse is the transform of the conjugate; a real signal's upper half is conjugate already.
      im[bin] = bin < bins ? -data[from + 1]! : data[from + 1]!;
    }
    transform(re, im);
    for (let at = 0; at < size; at++) {
      sum[frame * hop + at]! += (re[at]! / size) * window[at]!;
      weight[frame * hop + at]! += window[at]! ** 2;
    }
  }
  return Float32Array.from(
    { length },
    (_, at) => sum[at + size / 2]! / Math.max(weight[at + size / 2]!, 1e-11),
  );
}

const rootHann = (size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, at) => Math.abs(Math.sin((Math.PI * at) / size)));

function reflected(samples: Float32Array, at: number): number {
  const last = samples.length - 1;
  return samples[at < 0 ? -at : at > last ? 2 * last - at : at]!;
}

/** Cooley and Tukey's radix-2 transform, in place. */
function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let at = 1, to = 0; at < size; at++) {
    let bit = size >> 1;
    for (; to & bit; bit >>= 1) to ^= bit;
    to ^= bit;
    if (at < to) {
      [re[at], re[to]] = [re[to]!, re[at]!];
      [im[at], im[to]] = [im[to]!, im[at]!];
    }
  }
  for (let span = 2; span <= size; span *= 2) {
    for (let at = 0; at < span / 2; at++) {
      const angle = (-2 * Math.PI * at) / span;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let a = at; a < size; a += span) {
        const b = a + span / 2;
        const real = re[b]! * cos - im[b]! * sin;
        const imaginary = re[b]! * sin + im[b]! * cos;
        [re[b], im[b]] = [re[a]! - real, im[a]! - imaginary];
        [re[a], im[a]] = [re[a]! + real, im[a]! + imaginary];
      }
    }
  }
}
