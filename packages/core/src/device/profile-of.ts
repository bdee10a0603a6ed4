import { chipOf } from './catalogue.ts';
import type { Chip, ChipUnit, Quantity, Rate } from './chip.ts';
import type { ComputeUnit, Profile } from './profile.ts';

/**
 * The profile that a device of this target has, from the catalogue's figures. Its provenance is
 * `estimated`: nothing was measured on the device itself.
 *
 * @param target a target id, or an entry of a catalogue of your own.
 * @throws SelvedgeError `not-found` for an id that the catalogue does not hold.
 */
export function profileOf(target: string | Chip): Profile {
  const chip = typeof target === 'string' ? chipOf(target) : target;
  return {
    target: chip.id,
    platform: { ...chip.platform },
    engines: chip.engines.map((engine) => ({ ...engine })),
    units: chip.units.map(unitOf),
    memory: {
      budgetBytes: chip.memoryBudget.value,
      bandwidth: chip.memoryBandwidth.value,
      ...(chip.activationMemory && { activationBytes: chip.activationMemory.value }),
    },
    cooling: { watts: chip.cooling.sustained.value, seconds: chip.cooling.settles.value },
    storageBytes: chip.storage.value,
    provenance: 'estimated',
  };
}

function unitOf(unit: ChipUnit): ComputeUnit {
  const tops = Object.entries(unit.tops).map(
    ([precision, figure]) => [precision, dense(figure)] as const,
  );
  return {
    kind: unit.kind,
    provider: unit.provider,
    precisions: tops.map(([precision]) => precision),
    tops: Object.fromEntries(tops),
    ...(unit.expands && { expands: valuesOf(unit.expands) }),
    efficiency: unit.efficiency.value,
    startUs: unit.start.value,
    dispatchUs: unit.dispatch.value,
    ...(unit.power && { watts: unit.power.value }),
    ...(unit.waitPower && { waitWatts: unit.waitPower.value }),
    ...(unit.calibration && { calibration: unit.calibration }),
    ...(unit.onChip && { onChipBytes: unit.onChip.value }),
    ...(unit.bandwidth && { bandwidth: unit.bandwidth.value }),
  };
}

const valuesOf = (figures: Readonly<Record<string, Quantity>>) =>
  Object.fromEntries(Object.entries(figures).map(([key, { value }]) => [key, value]));

/** Structured 2:4 sparsity doubles the rate that makers state; our models are dense. */
const dense = ({ value, sparsity }: Rate) => (sparsity === 'sparse' ? value / 2 : value);
