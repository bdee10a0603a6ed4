import { type CodeFunction, pathOf } from '../language/code.ts';
import type { Project, SourceFile } from '../resolve/index.ts';
import { ownerSign } from './names.ts';
import type { SyncSign } from './sign.ts';

/** What is made in more places says nothing of who waits. */
const most = 8;

/** Whether the objects of a method's type are made by what works through a queue, and nowhere else. */
export function madeBySign(
  fn: CodeFunction | undefined,
  file: SourceFile,
  project: Project,
): SyncSign | undefined {
  const owner = fn?.owner;
  if (owner === undefined) return undefined;
  const made = project
    .callsOf(owner)
    .filter(
      (each) =>
        each.file.language === file.language && pathOf(each.call.expr.callee).at(-1) === owner,
    );
  if (made.length === 0 || made.length > most) return undefined;
  const [sign, ...others] = made.map(({ call }) => {
    const maker = call.owner ?? call.fn?.owner;
    return maker === undefined || maker === owner ? undefined : ownerSign(maker);
  });
  if (sign?.sync !== 'background' || others.some((each) => each?.sync !== sign.sync))
    return undefined;
  return { ...sign, sign: `${owner} is made by a worker: ${sign.sign}` };
}
