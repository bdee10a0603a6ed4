import type { Coupling } from '../find/index.ts';
import { pathOf } from '../language/code.ts';
import { linesOf } from '../resolve/index.ts';

/**
 * Whether what catches a call’s failure answers by other means: it gives what another call or value
 * is, throws nothing, and that is neither empty, nor a sentence, nor a response that says it failed.
 */
export function answersOtherwise(coupling: Coupling): boolean {
  const caught = caughtBy(coupling);
  if (caught === '' || /\b(throw|raise|rethrow|panic|exit|abort|reject)\b/.test(caught))
    return false;
  const given = [...caught.replace(declarations, '').matchAll(gives)];
  return given.some(([, value = '']) => {
    const answer = value.trim().replace(/^(await|\()\s*/, '');
    return /^[\w.$]+\s*[([.]|^\w{3,}$/.test(answer) && !noAnswer.test(answer);
  });
}

const gives = /(?:\breturn\b|=>|[^=!<>+:]=(?![=>]))\s*([^\n;]{2,})/g;
/** What is declared in a `catch` leaves it only where it is given as well. */
const declarations =
  /\b(?:const|let|var|val|auto)\b[^\n=]*=[^\n;]*|\w*(?:error|err|message|msg|reason)\w*\s*:?=[^\n;]*/gi;

/** The text of what runs when the call fails: a `catch`, or a `.catch(…)` behind it. */
function caughtBy({ call, file }: Coupling): string {
  if (call.caught !== undefined) return call.caught;
  if (!call.chain || !pathOf(call.chain.callee).includes('catch')) return '';
  return /\.catch\([\s\S]*/.exec(linesOf(file, call.expr.line, call.chain.endLine))?.[0] ?? '';
}

const noAnswer =
  /^(null|None|nil|undefined|false|False|true|True)\W*$|^([eE]|err|ex|exc|cause|it|new|when|if|switch|match|typeof|not|isinstance|console|log(ger|ging)?|print\w*|Log|res|c|ctx|Optional|Collections|List|Map|Set|Array)\b|error|exception|fail|fault|status|\b[45]\d\d\b|message|response\b|Response\(|\.json|json(ify|Response)?\(|render|redirect|BadRequest|Results?\.|Problem|toast|alert|empty|default|str\(e|format\(|time|Date|isLoading|loading|localizedDescription|getText|t\(/i;
