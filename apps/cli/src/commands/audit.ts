import { basename, join, resolve } from 'node:path';
import {
  type AuditReport,
  againstBaseline,
  audit as auditDirectory,
  auditPage,
  draftsFor,
  markdownOf,
  ownerFrom,
  sarifOf,
  severities,
} from '@selvedge/audit';
import { fail } from '@selvedge/core/errors';
import { readRegularText } from '@selvedge/forge/files';
import { printAudit } from '../audit/print-audit.ts';
import { writeNewFiles, writeReport } from '../audit/write-files.ts';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';

interface Flags {
  baseline?: string;
  failOn?: string;
  init?: string;
  sarif?: string;
  html?: string;
  md?: string;
  rules: string[];
  includeTests?: boolean;
}

/** The severest first. */
const levels: readonly string[] = severities;

/** `selvedge audit DIR` */
export const audit: CommandModule = (program, run) => {
  program
    .command('audit')
    .argument('<dir>', 'the directory of a codebase')
    .description('finds every call of a model over the network; reads, and sends nothing')
    .option(
      '--baseline <file>',
      'what an earlier audit printed with --json: exit 1 if there is new coupling, or a new key',
    )
    .option(
      '--fail-on <level>',
      'exit 1 if a coupling is this severe: high, medium or low; with --baseline, a new one',
    )
    .option('--init <dir>', 'write a draft blueprint and routing policy for each group of calls')
    .option('--sarif <file>', 'write SARIF 2.1.0, for code hosts')
    .option('--html <file>', 'write a page: the codebase drawn, with its couplings')
    .option('--md <file>', 'write Markdown, for a pull request')
    .option('--include-tests', 'look into tests too')
    .option(
      '--rules <dir>',
      'rule files of your own, besides those that come along; repeatable',
      (dir: string, dirs: string[]) => [...dirs, dir],
      [] as string[],
    )
    .addHelpText('after', '\nExample:\n  selvedge audit ./my-service --html coupling.html')
    .action(run(auditAction));
};

async function auditAction(io: Io, directory: string, flags: Flags): Promise<number> {
  const level = levelOf(flags.failOn);
  const earlier = flags.baseline === undefined ? undefined : await textOf(flags.baseline);
  const found = await auditDirectory(directory, {
    rules: flags.rules,
    tests: flags.includeTests ?? false,
    onDefect: (path, { stack = '' }) => {
      if (process.env.SELVEDGE_DEBUG === '1') io.warn(`${path}: ${stack}`);
    },
  });
  const report =
    earlier === undefined ? found : againstBaseline(found, earlier, flags.baseline ?? '');
  await writeReports(report, flags);
  if (flags.init !== undefined) await writeDrafts(io, report, directory, flags.init);
  io.result(report);
  printAudit(io, report);
  return gateOf(report, level) ? 1 : 0;
}

/**
 * Without a baseline or a level nothing is refused; with both, what is new and that severe. A key that
 * the baseline does not know is refused at any level.
 */
function gateOf({ findings, secrets, baseline }: AuditReport, level: number | undefined): boolean {
  if (!baseline && level === undefined) return false;
  if (secrets.some((key) => key.new === true)) return true;
  return findings.some(
    (finding) =>
      (!baseline || finding.new === true) &&
      (level === undefined || levels.indexOf(finding.severity) <= level),
  );
}

function levelOf(level: string | undefined): number | undefined {
  if (level === undefined) return undefined;
  const at = levels.indexOf(level);
  if (at < 0)
    fail('usage', `--fail-on is no level: "${level}"`, {
      hint: `give one of ${levels.join(', ')}`,
      details: { level },
    });
  return at;
}

const textOf = (file: string): Promise<string> =>
  readRegularText(file, {
    code: 'not-found',
    hint: 'make it with selvedge audit DIR --json',
    irregular: 'bad-input',
  });

async function writeReports(report: AuditReport, { sarif, html, md }: Flags): Promise<void> {
  if (sarif !== undefined)
    await writeReport(sarif, `${JSON.stringify(sarifOf(report), null, 2)}\n`);
  if (html !== undefined) await writeReport(html, auditPage(report));
  if (md !== undefined) await writeReport(md, markdownOf(report));
}

/** A directory for each group; files that are there are somebody's work, and stay. */
async function writeDrafts(
  io: Io,
  report: AuditReport,
  audited: string,
  directory: string,
): Promise<void> {
  const drafts = draftsFor(report, ownerFrom(basename(resolve(audited))));
  const files = drafts.flatMap(({ name, blueprint, policy }) => [
    { file: join(directory, name, 'selvedge.yaml'), text: blueprint },
    { file: join(directory, name, 'policy.yaml'), text: policy },
  ]);
  await writeNewFiles(files);
  for (const { name, findings } of drafts) {
    const calls = findings.length === 1 ? '1 call' : `${findings.length} calls`;
    io.progress(`${join(directory, name)}: a draft for ${calls}`);
  }
  if (drafts.length === 0) io.progress(`${directory}: no call to draft anything for`);
}
