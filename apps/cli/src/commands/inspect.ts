import { formatBytes } from '@selvedge/core/units';
import { type InspectedValue, type Inspection, inspect as inspectFile } from '@selvedge/forge';
import type { CommandModule } from '../command.ts';
import { targetLines } from '../inspect/target-lines.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

/** `selvedge inspect MODEL [--target ID]...` */
export const inspect: CommandModule = (program, run) => {
  program
    .command('inspect')
    .argument('<model>', 'an .onnx file')
    .description(
      'says what a model is, and what is known of it on targets; runs it once where its graph does not tell what a run costs',
    )
    .option(
      '--target <id>',
      'a target of the catalogue, or all; repeatable',
      (id: string, ids: string[] = []) => [...ids, id],
    )
    .addHelpText('after', '\nExample:\n  selvedge inspect mnist-8.onnx --target flagship-2026')
    .action(
      run(async (io, file: string, flags: { target?: string[] }) => {
        const inspection = await inspectFile(file, flags.target ?? []);
        io.result(inspection);
        printInspection(io, inspection);
      }),
    );
};

function printInspection(io: Io, inspection: Inspection): void {
  const { model, workload, ops, inputs, outputs, targets } = inspection;
  const right = (head: string) => ({ head, align: 'right' as const });
  io.print(`${model.file}  ${formatBytes(model.bytes)}  opset ${model.opset}  ${model.producer}`);
  io.print(
    `${count(model.nodes)} operators, ${count(model.parameters)} parameters, ${macsLine(inspection)}`,
  );
  io.print(`memory at most ${formatBytes(workload.peakMemoryBytes)} ○`);
  const values = [...inputs.map(row('input')), ...outputs.map(row('output'))];
  io.print(`\n${formatTable(['', 'name', 'type', 'shape'], values, io)}`);
  const counts = Object.entries(ops).map(([op, number]) => [op, count(number)]);
  io.print(`\n${formatTable(['operator', right('count')], counts, io)}`);
  if (targets.length === 0) return;
  io.print(`\n${targetLines(model.file, targets, io).join('\n')}`);
}

const row =
  (direction: string) =>
  ({ name, type, shape }: InspectedValue): string[] => [
    direction,
    name,
    type,
    shape === null ? '' : `[${shape.map((side) => side ?? '?').join(', ')}]`,
  ];

function macsLine({ macs, workload, tried }: Inspection): string {
  const uncounted = workload.uncounted ?? [];
  const rest = uncounted.length > 0 ? `, without ${uncounted.join(', ')}` : '';
  const shapes = Object.entries(tried ?? {}).map(
    ([name, shape]) => `${name} [${shape.join(', ')}]`,
  );
  return `${count(macs)} MACs${shapes.length > 0 ? ` for ${shapes.join(', ')}` : ''}${rest} ○`;
}

const count = (value: number): string => value.toLocaleString('en-US');
