import { type Expr, pathOf } from '../../language/code.ts';
import type { Project } from '../../resolve/index.ts';
import { sendsRequests } from '../request-languages.ts';
import { sendsIn } from './sends.ts';

/**
 * Names of functions that are handed a request which is made beside the call, and are in no file
 * that was read: an extension around a client, say.
 */
export function unreadRequestSenders(project: Project): string[] {
  const names = project.inFiles((file) => {
    if (!sendsRequests(file.language.id)) return [];
    const made = new Set(
      file.code.bindings.flatMap(({ name, value }) => (value && isMade(value) ? name : [])),
    );
    if (made.size === 0) return [];
    return file.code.calls.flatMap((call): string[] => {
      const name = pathOf(call.expr.callee).at(-1) ?? '';
      const isHanded = call.expr.args.some(
        ({ value }) => value.is === 'name' && made.has(value.name),
      );
      const isOwn = isHanded && name.length >= 4 && project.functionsNamed(name).length === 0;
      return isOwn && !sendsIn(call, file) && !project.isType(name) ? [name] : [];
    });
  });
  return [...new Set(names)];
}

const isMade = (value: Expr): boolean => pathOf(value).some((part) => requestTypes.test(part));
const requestTypes =
  /^(Request|HttpRequest|HttpRequestMessage|RestRequest|URLRequest|HttpPost|HttpURLConnection)$/;
