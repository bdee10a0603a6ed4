import {
  CompiledPolicy,
  compileRoute,
  describeDecision,
  describeRejection,
  RouteFactsDocument,
  RouteRequestDocument,
} from '@selvedge/core/route';
import { parseDocument } from '@selvedge/core/schema';
import { readRegularText } from '@selvedge/forge/files';
import { compileAuthorPolicy, parseYaml } from '@selvedge/forge/policy';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';
import { provenanceDot, provenanceLegend } from '../provenance.ts';
import { formatTable } from '../table.ts';

interface Flags {
  policy: string;
  request: string;
  facts: string;
}

/** `selvedge route explain --policy FILE --request FILE --facts FILE` */
export const route: CommandModule = (program, run) => {
  const group = program
    .command('route')
    .description('asks a policy where a request would run')
    .addHelpText(
      'after',
      '\nExample:\n  selvedge route explain --policy policy.yaml --request request.json --facts facts.json',
    );
  group
    .command('explain')
    .description('prints the plan for a request, and which rule ruled each other place out')
    .requiredOption('--policy <file>', "an author's policy (YAML) or a compiled one (JSON)")
    .requiredOption(
      '--request <file>',
      'family, labels, deadlineMs, minQuality, maxCost (YAML or JSON)',
    )
    .requiredOption('--facts <file>', 'device state and candidates (YAML or JSON)')
    .addHelpText(
      'after',
      '\nExample:\n  selvedge route explain --policy policy.yaml --request request.json --facts facts.json',
    )
    .action(run(explain));
};

async function explain(io: Io, flags: Flags): Promise<void> {
  const request = parseDocument(
    RouteRequestDocument,
    await readDocument(flags.request),
    flags.request,
  );
  const facts = parseDocument(RouteFactsDocument, await readDocument(flags.facts), flags.facts);
  const policy = await readPolicy(flags.policy, request.family);
  const decision = compileRoute(policy, flags.policy).decide(request, facts);
  io.result(decision);
  const rows = decision.plan.map((step, i) => [
    String(i + 1),
    step.candidate,
    step.tier,
    `${Number(step.predictedMs.toPrecision(3))} ms ${provenanceDot(step.provenance)}`,
    String(step.cost),
    String(Number(step.score.toPrecision(4))),
  ]);
  const right = (head: string) => ({ head, align: 'right' }) as const;
  io.print(`${describeDecision(decision)}\n`);
  if (rows.length > 0) {
    const heads = ['', 'place', 'tier', right('predicted'), right('cost'), right('score')];
    io.print(`${formatTable(heads, rows, io)}\n\n${provenanceLegend}`);
  }
  for (const rejection of decision.rejected) io.print(describeRejection(rejection));
}

async function readDocument(file: string): Promise<unknown> {
  return parseYaml(await readText(file), file);
}

/** A compiled policy has `constraints`, which an author's never has. */
async function readPolicy(file: string, family: string): Promise<CompiledPolicy> {
  const text = await readText(file);
  const value = parseYaml(text, file);
  if (typeof value === 'object' && value !== null && 'constraints' in value) {
    return parseDocument(CompiledPolicy, value, file);
  }
  return compileAuthorPolicy(text, file, family);
}

const readText = (file: string): Promise<string> =>
  readRegularText(file, { code: 'bad-input', hint: 'give the path of a readable file' });
