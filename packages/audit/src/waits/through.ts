import { type CallExpr, type CallSite, type CodeFunction, pathOf } from '../language/code.ts';
import { linesOf, type PlacedCall, type SourceFile } from '../resolve/index.ts';
import type { SyncSign } from './sign.ts';

/**
 * Whether a function is run for each of many things by several threads at once: `pool.map(ask, all)`.
 *
 * @param calls the calls that call it or are handed it
 */
export function mappedSign(
  fn: CodeFunction,
  file: SourceFile,
  calls: readonly PlacedCall[],
): SyncSign | undefined {
  if (calls.length > most) return undefined;
  const given = calls.flatMap(({ file: of, call: { expr } }) =>
    of === file && isHanded(expr, fn.name) ? [expr] : [],
  );
  const map = [...(fn.handedTo ? [fn.handedTo] : []), ...given].find(maps);
  if (!map) return undefined;
  const shown = pathOf(map.callee).filter(Boolean).join('.');
  return { sync: 'batch', sign: `${shown} runs it for each of many`, weight: 'declared' };
}

/** A name that is called more often than this is anything’s. */
const most = 400;

const isHanded = ({ args }: CallExpr, name: string): boolean =>
  name !== '' &&
  args.some(({ value }) => (value.is === 'name' || value.is === 'member') && value.name === name);

function maps({ callee }: CallExpr): boolean {
  const path = pathOf(callee);
  const last = path.at(-1) ?? '';
  const owner = path.at(-2) ?? '';
  return (
    /^(thread_map|process_map|pMap)$/.test(last) ||
    (owner === 'Parallel' && /^(ForEach|ForEachAsync|For|Invoke)$/.test(last)) ||
    (/^(map|imap|imap_unordered|starmap|map_async|starmap_async)$/.test(last) &&
      /executor|pool/i.test(owner)) ||
    (/^(forEach|for_each|map)$/.test(last) &&
      path.some((part) => /^(parallelStream|par_iter|into_par_iter)$/.test(part)))
  );
}

/** Whether a call is in a loop without an end that takes what it works on from a queue. */
export function queueSign({ fn, inLoop }: CallSite, file: SourceFile): SyncSign | undefined {
  if (!fn || !inLoop) return undefined;
  const body = linesOf(file, fn.line, fn.endLine);
  if (!endless.test(body)) return undefined;
  const [takes] = taken.exec(body) ?? [];
  return takes === undefined
    ? undefined
    : {
        sync: 'background',
        sign: `it works through a queue: ${takes.slice(0, 40)}`,
        weight: 'declared',
      };
}

const endless =
  /\bwhile (True|1):|\bwhile ?\(true\)|\bfor \{|\bfor ?\(;;\)|\bloop \{|\bwhile true\b/;
const taken =
  /\b\w*[qQ]ueue\w*\.(get|take|poll|pop|popleft|shift|dequeue|Dequeue|DequeueAsync|TryDequeue|receive)\(|\.(blpop|brpop|BLPop|BRPop|lpop)\(/;
