import { type AuditReport, audit as auditDirectory, type Finding } from '@selvedge/audit';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';
import { formatTable } from '../table.ts';

/** `selvedge audit DIR` */
export const audit: CommandModule = (program, run) => {
  program
    .command('audit')
    .argument('<dir>', 'the directory of a codebase')
    .description('finds every call of a model over the network; reads, and nothing else')
    .option(
      '--rules <dir>',
      'rule files of your own, besides those that come along; repeatable',
      (dir: string, dirs: string[]) => [...dirs, dir],
      [] as string[],
    )
    .addHelpText('after', '\nExample:\n  selvedge audit ./my-service')
    .action(
      run(async (io, directory: string, { rules }: { rules: string[] }) => {
        const report = await auditDirectory(directory, { rules });
        io.result(report);
        print(io, report);
      }),
    );
};

const severities = ['high', 'medium', 'low', 'info'] as const;

function print(io: Io, { findings, summary, files, skipped }: AuditReport): void {
  for (const severity of severities) {
    const rows = findings.filter((finding) => finding.severity === severity).map(row);
    if (rows.length === 0) continue;
    const title = severity === 'info' ? 'already local' : severity;
    io.print(`${title}\n${formatTable(['where', 'service', 'who waits', 'tier'], rows, io)}\n`);
  }
  io.print(
    `${summary.findings} couplings in ${files} source files; ${skipped.total} paths left out`,
  );
}

const row = (finding: Finding): string[] => [
  `${finding.file}:${finding.line}`,
  finding.service,
  finding.sync,
  finding.suggestedTier.tier,
];
