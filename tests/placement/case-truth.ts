import { type Model, walkNodes } from '@selvedge/onnx';
import { numberOf } from './named-nodes.ts';
import { type LoggedPlacement, readPlacement } from './placement-log.ts';
import type { Opened } from './sessions.ts';
import type { CaseTruth } from './truth.ts';

/**
 * What a model's session, opened with named nodes, tells about where its nodes went.
 *
 * @param isKept whether a node was still there when the provider was asked
 * @param provider as the log names it
 */
export function caseTruth(
  model: Model,
  opened: Opened,
  { isKept = () => true, provider }: { isKept?: (node: number) => boolean; provider: string },
): CaseTruth {
  const operators = [...walkNodes(model)].map(({ node }) => node.opType);
  const asked = operators.flatMap((op, at) => (op === 'Constant' ? [] : [at]));
  const running = asked.filter(isKept);
  const placement = readPlacement(opened.log);
  const found = placement.initialised
    ? fromPlacement(running, placement, provider)
    : fromRefusal(running, placement, opened.error ?? 'no session');
  const gone = asked.filter((at) => !isKept(at));
  return { nodes: operators.length, ...listed({ gone }), ...found };
}

type Found = Omit<CaseTruth, 'nodes'>;

function fromPlacement(
  running: readonly number[],
  { placed, added, allOn, asked }: LoggedPlacement,
  provider: string,
): Found {
  if (allOn !== undefined) return allOn === provider ? {} : listed({ elsewhere: running });
  const elsewhere = running.filter((at) => placed.has(at) && placed.get(at) !== provider);
  const gone = running.filter((at) => !placed.has(at) && !asked.get(at));
  // What became of functions stands in the log without a name: all of it here, or of one function.
  const inlinedHere = [...added].every((one) => one === provider);
  if (inlinedHere && (added.has(provider) || asked.size > 0)) return listed({ elsewhere });
  if (!inlinedHere && gone.length === 1) return listed({ elsewhere: [...elsewhere, ...gone] });
  return listed({ elsewhere, unseen: gone });
}

/** A node that nothing here runs, or that its kernel refuses to run as it is, is not supported. */
function fromRefusal(running: readonly number[], { asked }: LoggedPlacement, error: string): Found {
  const refused = shortened(error);
  if (notOfTheOperator.test(error)) return { ...listed({ unseen: running }), refused };
  if (running.length === 1) return { ...listed({ elsewhere: running }), refused };
  const named = numberOf(/'(p\d+)'/.exec(error)?.[1] ?? '');
  const elsewhere = running.filter((at) => at === named || asked.get(at) === false);
  const unseen = running.filter((at) => at !== named && !asked.has(at));
  return { ...listed({ elsewhere, unseen }), refused };
}

/** Without what a runtime puts before every message, and without its builders' paths. */
const shortened = (error: string): string =>
  error
    .replace(/^Can't create a session\. ERROR_CODE: \d+, ERROR_MESSAGE: /, '')
    .replace(/\/\S+\/onnxruntime\//g, '')
    .split('\n')[0]!
    .slice(0, 120);

/** A locale that this machine lacks; a cast that the runtime itself inserted wrongly; a crash. */
const notOfTheOperator = /construct locale|InsertedPrecisionFreeCast|crashed/;

const listed = (lists: Record<string, readonly number[]>): Found =>
  Object.fromEntries(
    Object.entries(lists).flatMap(([name, nodes]) => {
      const sorted = [...nodes].sort((a, b) => a - b);
      return nodes.length > 0 ? [[name, sorted]] : [];
    }),
  );
