import { fail } from '@selvedge/core/errors';
import type { ConvWindow, MomentRequest } from './requests.ts';

/** The rows of inputs that a layer multiplies its weights with. */
export interface Patches {
  readonly count: number;
  /** Writes row `index` into `row`, `[K]`. */
  read(index: number, row: Float64Array): void;
}

/**
 * Rows of a MatMul's input, or the patches of a convolution's (im2col), in the order of its weights.
 *
 * @throws SelvedgeError `usage` where the tensor's shape does not fit the layer.
 */
export function patchReader(
  request: MomentRequest,
  data: Float32Array,
  dims: readonly number[],
): Patches {
  return request.window ? windows(request, request.window, data, dims) : lines(request, data, dims);
}

function lines(request: MomentRequest, data: Float32Array, dims: readonly number[]): Patches {
  const { size } = request;
  if (dims.at(-1) !== size) misfit(request, dims, `[…, ${size}]`);
  return {
    count: data.length / size,
    read(index, row) {
      for (let at = 0; at < size; at++) row[at] = data[index * size + at]!;
    },
  };
}

function windows(
  request: MomentRequest,
  window: ConvWindow,
  data: Float32Array,
  dims: readonly number[],
): Patches {
  const [batch = 0, channels = 0, ...spatial] = dims;
  const { kernel, strides, dilations } = window;
  const taps = kernel.reduce((product, size) => product * size, 1);
  if (channels * taps !== request.size || spatial.length !== kernel.length)
    misfit(request, dims, `[batch, ${request.size / taps}, …${kernel.length} axes]`);
  const along = spatial.map((size, axis) => alongAxis(window, axis, size));
  const perImage = along.reduce((product, { positions }) => product * positions, 1);
  const plane = spatial.reduce((product, size) => product * size, 1);
  const starts = spatial.map(() => 0);
  return {
    count: batch * perImage,
    read(index, row) {
      const image = Math.floor(index / perImage);
      let left = index % perImage;
      for (let axis = spatial.length - 1; axis >= 0; axis--) {
        const { positions, padding } = along[axis]!;
        starts[axis] = (left % positions) * strides[axis]! - padding;
        left = Math.floor(left / positions);
      }
      for (let tap = 0; tap < taps; tap++) {
        const offset = tapOffset(tap, kernel, dilations, starts, spatial);
        for (let channel = 0; channel < channels; channel++) {
          const at = (image * channels + channel) * plane + offset;
          row[channel * taps + tap] = offset < 0 ? 0 : data[at]!;
        }
      }
    },
  };
}

/** How many positions a kernel has along an axis, and how much padding is before the first (ONNX, Conv). */
function alongAxis(
  { kernel, strides, dilations, pads }: ConvWindow,
  axis: number,
  size: number,
): { positions: number; padding: number } {
  const stride = strides[axis]!;
  const reach = dilations[axis]! * (kernel[axis]! - 1) + 1;
  if (typeof pads !== 'string') {
    const [padding, after] = [pads[axis]!, pads[axis + kernel.length]!];
    const room = size + padding + after - reach;
    return { positions: room < 0 ? 0 : Math.floor(room / stride) + 1, padding };
  }
  const positions = Math.ceil(size / stride);
  const total = Math.max((positions - 1) * stride + reach - size, 0);
  return { positions, padding: pads === 'same-end' ? total >> 1 : (total + 1) >> 1 };
}

/** Where a kernel's tap falls in a plane; −1 in the padding. */
function tapOffset(
  tap: number,
  kernel: readonly number[],
  dilations: readonly number[],
  starts: readonly number[],
  spatial: readonly number[],
): number {
  let [left, offset, stride] = [tap, 0, 1];
  for (let axis = kernel.length - 1; axis >= 0; axis--) {
    const at = starts[axis]! + (left % kernel[axis]!) * dilations[axis]!;
    if (at < 0 || at >= spatial[axis]!) return -1;
    offset += at * stride;
    stride *= spatial[axis]!;
    left = Math.floor(left / kernel[axis]!);
  }
  return offset;
}

function misfit(request: MomentRequest, dims: readonly number[], wanted: string): never {
  fail('usage', `${request.value} has shape [${dims}], ${request.layer} reads ${wanted}`, {
    hint: 'collect moments with the model that the requests were made for',
    details: { value: request.value },
  });
}
