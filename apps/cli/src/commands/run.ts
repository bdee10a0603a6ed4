import { existsSync } from 'node:fs';
import { fail } from '@selvedge/core/errors';
import { FamilyName, parseDocument } from '@selvedge/core/schema';
import { writeDataset } from '@selvedge/forge/dataset';
import type { Tensors } from '@selvedge/infer/engine';
import { toJsonData } from '@selvedge/infer/oip';
import type { CommandModule } from '../command.ts';
import type { Io } from '../io.ts';
import { type AnsweringByAgent, answerByAgent } from '../run/by-agent.ts';
import { answerLocally } from '../run/local.ts';
import type { Answering, PlacedDecision, Wish } from '../run/placed.ts';
import { printAnswers, printDecision } from '../run/print.ts';
import { answerSamples } from '../run/samples.ts';

interface Flags {
  input: string;
  output?: string;
  engine?: string;
  label: string[];
  deadline?: string;
  explain?: boolean;
  agent?: string;
}

const defaultAgent = 'http://127.0.0.1:7420';

/** `selvedge run MODEL|FAMILY --input DIR` */
export const run: CommandModule = (program, wrap) => {
  program
    .command('run')
    .argument('<model>', 'an .onnx file, run here; or owner/family, run through the agent')
    .description('answers the samples of a data set, and says where they were computed')
    .requiredOption('--input <dir>', 'a data set: a directory, an .npz, or one .npy')
    .option('--output <dir>', 'writes one .npy per output, first dimension = samples')
    .option('--engine <name>', 'onnxruntime, or emulated:TARGET; for a file')
    .option('--label <label>', 'a privacy label; repeatable', collect, [])
    .option('--deadline <ms>', 'milliseconds that each answer may take')
    .option('--explain', 'prints what was considered, what was ruled out, and by which rule')
    .option('--agent <url>', `the device's agent; for a family (default: ${defaultAgent})`)
    .addHelpText(
      'after',
      '\nExamples:\n  selvedge run mnist-8.onnx --input digits/\n' +
        '  selvedge run acme/glyphs --input glyphs/ --label private --explain',
    )
    .action(wrap(answer));
};

const collect = (label: string, labels: string[]): string[] => [...labels, label];

async function answer(io: Io, model: string, flags: Flags): Promise<void> {
  const { answering, refused } = await open(model, flags);
  try {
    const answers = await answerSamples(answering, flags.input, (done, of) => {
      if (of > 1 && (done === of || done % 1000 === 0)) io.progress(`${done} of ${of} samples`);
    });
    if (flags.output !== undefined) await writeDataset(flags.output, { inputs: answers.outputs });
    const [decision] = answers.decisions as [PlacedDecision];
    io.result(resultOf(answers.outputs, answers.samples, answers.decisions));
    printAnswers(io, answers);
    if (flags.explain) printDecision(io, decision);
  } catch (caught) {
    const decision = refused();
    if (flags.explain && decision) printDecision(io, decision);
    throw caught;
  } finally {
    await answering.close();
  }
}

/** `decision` is that of the first sample; with more of them `decisions` has them all. */
function resultOf(outputs: Tensors, samples: number, decisions: readonly PlacedDecision[]) {
  const tensors = Object.entries(outputs).map(([name, tensor]) => [
    name,
    { shape: tensor.shape, type: tensor.type, data: toJsonData(tensor) },
  ]);
  return {
    outputs: Object.fromEntries(tensors),
    decision: decisions[0],
    samples,
    ...(samples > 1 ? { decisions: decisions.map(shortOf) } : {}),
  };
}

/** Where it ran and what was in the way; how it was weighed stands with the first. */
function shortOf({ tier, variant, engine, target, attempts, rejected }: PlacedDecision) {
  return { tier, variant, engine, target, attempts, rejected };
}

interface Opened {
  readonly answering: Answering;
  readonly refused: () => PlacedDecision | undefined;
}

async function open(model: string, flags: Flags): Promise<Opened> {
  const wish: Wish = { labels: flags.label, deadlineMs: parseDeadline(flags.deadline) };
  if (flags.agent !== undefined || isFamily(model)) {
    if (flags.engine !== undefined) {
      fail('usage', '--engine is for a model file: the agent chooses the engine of a family', {
        hint: 'leave it out, or name an .onnx file',
      });
    }
    const answering: AnsweringByAgent = await answerByAgent(
      parseFamily(model),
      flags.agent ?? defaultAgent,
      wish,
    );
    return { answering, refused: answering.refused };
  }
  const answering = await answerLocally(model, flags.engine ?? 'onnxruntime', wish);
  return { answering, refused: () => undefined };
}

/** What exists as a file is a file, and so is what looks like one. */
const isFamily = (model: string): boolean => /^[^./]+\/[^./]+$/.test(model) && !existsSync(model);

function parseFamily(model: string): string {
  if (/^[^/]+\/[^/]+$/.test(model)) return parseDocument(FamilyName, model, `family "${model}"`);
  return fail('usage', `"${model}" is no family`, {
    hint: 'an agent knows families as owner/family',
  });
}

function parseDeadline(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Number(text);
  if (text.trim() !== '' && Number.isFinite(ms) && ms > 0) return ms;
  return fail('usage', `--deadline is "${text}"`, { hint: 'give milliseconds, more than 0' });
}
