import { fail } from '@selvedge/core/errors';
import type { TensorSpec } from '@selvedge/core/schema';
import type { Tensor, Tensors } from './port.ts';
import { tensorFault } from './tensor.ts';

/**
 * Checks a request's inputs against what a model asks for, before any engine sees them: every
 * input present, none unknown, type, rank and fixed sizes equal, and a symbolic size the same
 * wherever its name stands.
 *
 * @throws SelvedgeError `bad-input` naming the tensor, what it is and what was expected.
 */
export function validateTensors(inputs: Tensors, specs: readonly TensorSpec[]): void {
  const known = new Set(specs.map((spec) => spec.name));
  for (const name of Object.keys(inputs)) {
    if (!known.has(name)) {
      fail('bad-input', `input "${name}": the model has no such input`, {
        hint: `it takes ${specs.map((spec) => spec.name).join(', ') || 'none'}`,
        details: { input: name },
      });
    }
  }
  const symbols = new Map<string, { size: number; input: string }>();
  for (const spec of specs) {
    const tensor = Object.hasOwn(inputs, spec.name) ? inputs[spec.name] : undefined;
    if (!tensor) refuse(spec, 'is missing');
    checkOne(tensor, spec, symbols);
  }
}

function checkOne(
  tensor: Tensor,
  spec: TensorSpec,
  symbols: Map<string, { size: number; input: string }>,
): void {
  if (tensor.type !== spec.type) refuse(spec, `is ${tensor.type}`);
  const fault = tensorFault(tensor);
  if (fault) refuse(spec, fault);
  if (tensor.shape.length !== spec.shape.length) refuse(spec, `has shape [${tensor.shape}]`);
  for (const [axis, wanted] of spec.shape.entries()) {
    const size = tensor.shape[axis]!;
    if (typeof wanted === 'number' && size !== wanted) refuse(spec, `has shape [${tensor.shape}]`);
    if (typeof wanted !== 'string') continue;
    const earlier = symbols.get(wanted);
    if (earlier && earlier.size !== size) {
      refuse(spec, `has ${wanted} = ${size} where "${earlier.input}" has ${earlier.size}`);
    }
    if (!earlier) symbols.set(wanted, { size, input: spec.name });
  }
}

function refuse(spec: TensorSpec, what: string): never {
  fail('bad-input', `input "${spec.name}" ${what}: expected ${describeSpec(spec)}`, {
    details: { input: spec.name },
  });
}

/** A spec as a person reads it: `float32 [batch, 3, ?]`. */
export function describeSpec(spec: Pick<TensorSpec, 'type' | 'shape'>): string {
  return `${spec.type} [${spec.shape.map((size) => size ?? '?').join(', ')}]`;
}
