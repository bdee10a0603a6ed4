import { type Chip, type ChipUnit, catalogue, chipOf, type Figure } from '@selvedge/core/device';
import { formatBytes } from '@selvedge/core/units';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';
import { provenanceDot, provenanceLegend } from '../provenance.ts';
import { formatTable } from '../table.ts';

/** `selvedge targets [ID]` */
export const targets: CommandModule = (program, run) => {
  program
    .command('targets')
    .argument('[id]', 'one target: all its figures, with their sources')
    .description('lists the chips and runtimes that variants are built for')
    .addHelpText('after', '\nExample:\n  selvedge targets flagship-2026')
    .action(
      run(async (io, id?: string) =>
        id === undefined ? listTargets(io) : showTarget(io, chipOf(id)),
      ),
    );
};

function listTargets(io: Io): void {
  io.result({ targets: catalogue });
  const rows = catalogue.map((chip) => {
    const [unit] = chip.units as readonly [ChipUnit];
    return [
      chip.id,
      chip.name,
      unitName(unit),
      rate(unit),
      `${quantity(chip.memoryBandwidth)} ${provenanceDot(chip.memoryBandwidth.provenance)}`,
      `${quantity(chip.memoryBudget)} ${provenanceDot(chip.memoryBudget.provenance)}`,
    ];
  });
  const heads = [
    'target',
    { head: 'chip', wrap: 12 },
    { head: 'fastest unit', wrap: 8 },
    { head: 'peak', wrap: 8 },
    { head: 'bandwidth', align: 'right' },
    { head: 'memory', align: 'right' },
  ] as const;
  io.print(`${formatTable(heads, rows, io)}\n\n${provenanceLegend}`);
}

const unitName = ({ kind, provider }: ChipUnit) =>
  kind === provider ? kind : `${kind} (${provider})`;

/** The highest peak rate of a unit, with its precision. */
function rate(unit: ChipUnit): string {
  const [precision, figure] = Object.entries(unit.tops).reduce((a, b) =>
    b[1].value > a[1].value ? b : a,
  );
  return `${quantity(figure)} ${precision} ${provenanceDot(figure.provenance)}`;
}

function showTarget(io: Io, chip: Chip): void {
  io.result(chip);
  const engines = chip.engines.map(
    ({ name, version, opset }) =>
      `${name} ${version}${opset === undefined ? '' : `, up to opset ${opset}`}`,
  );
  io.print(
    `${chip.id}: ${chip.name}\n${chip.platform.os} ${chip.platform.arch}; ${engines.join('; ')}\n`,
  );
  const rows = figuresOf(chip).map(([part, name, figure]) => [
    part,
    name,
    quantity(figure),
    provenanceDot(figure.provenance),
    figure.confidence,
    figure.source,
  ]);
  const heads = [
    { head: 'part', wrap: 8 },
    { head: 'figure', wrap: 14 },
    { head: 'value', align: 'right' },
    '',
    'confidence',
    { head: 'source', wrap: 16 },
  ] as const;
  io.print(`${formatTable(heads, rows, io)}\n\n${provenanceLegend}`);
}

function* unitFigures(unit: ChipUnit): Generator<[string, string, Figure]> {
  const part = unitName(unit);
  for (const [precision, figure] of Object.entries(unit.tops))
    yield [part, `peak ${precision}`, figure];
  for (const [precision, figure] of Object.entries(unit.expands ?? {})) {
    yield [part, `growth of ${precision}`, figure];
  }
  yield [part, 'part of the peak reached', unit.efficiency];
  yield [part, 'to start a run', unit.start];
  yield [part, 'per operator', unit.dispatch];
  if (unit.power) yield [part, 'power computing', unit.power];
  if (unit.waitPower) yield [part, 'power dispatching', unit.waitPower];
  if (unit.onChip) yield [part, 'weights kept on chip', unit.onChip];
  if (unit.bandwidth) yield [part, 'bandwidth of its own', unit.bandwidth];
}

function figuresOf(chip: Chip): [string, string, Figure][] {
  return [
    ...chip.units.flatMap((unit) => [...unitFigures(unit)]),
    ['memory', 'for one model', chip.memoryBudget],
    ...(chip.activationMemory
      ? [['memory', 'for activations', chip.activationMemory] as [string, string, Figure]]
      : []),
    ['memory', 'bandwidth', chip.memoryBandwidth],
    ['storage', 'for models', chip.storage],
    ['cooling', 'power for ever', chip.cooling.sustained],
    ['cooling', 'time constant', chip.cooling.settles],
  ];
}

/** A figure with its unit, in human form. */
function quantity(figure: Figure): string {
  const { value, unit } = figure;
  const scaled = (by: number, prefix: string) => `${Number((value / by).toPrecision(3))} ${prefix}`;
  if (unit === 'B') return formatBytes(value);
  if (unit === 'B/s') return scaled(1e9, 'GB/s');
  if (unit === 'fraction') return `${Number((value * 100).toPrecision(3))}%`;
  if (figure.unit === 'TOPS') return `${peak(value)} ${figure.sparsity}`;
  return `${Number(value.toPrecision(3))} ${unit}`;
}

const peak = (tops: number) =>
  tops < 0.1
    ? `${Number((tops * 1000).toPrecision(3))} GOPS`
    : `${Number(tops.toPrecision(3))} TOPS`;
