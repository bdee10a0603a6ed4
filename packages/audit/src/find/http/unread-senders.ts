import { type Expr, pathOf } from '../../language/code.ts';
import {
  bindingsNamed,
  type Project,
  type Settings,
  type SourceFile,
  textsOf,
} from '../../resolve/index.ts';
import type { Site } from '../../resolve/site.ts';
import type { RuleBook } from '../../rules/index.ts';
import { sendsRequests } from '../request-languages.ts';
import { type Search, searchOf } from './search.ts';

/**
 * Names of functions that are handed the address of a model and are in no file that was read: what
 * they do with it is for the file that declares them to say.
 */
export function unreadSenders(project: Project, rules: RuleBook, settings: Settings): Set<string> {
  const search = searchOf(project, rules, settings);
  const handed = handedOn(project);
  const names = new Set<string>();
  project.eachFile((file) => {
    if (sendsRequests(file.language.id)) return;
    for (const { expr, fn, owner, chain } of file.code.calls) {
      const name = pathOf(expr.callee).at(-1) ?? '';
      if (chain || name.length < 4 || everyday.test(name) || search.sending.isSender(expr, file))
        continue;
      const unread = unreadBehind(name, handed, project).filter((each) => !names.has(each));
      if (unread.length === 0 || search.sending.argumentsSent(expr).length > 0) continue;
      const site = { file, fn, owner };
      const isHanded = expr.args.some(({ value }) =>
        addressesIn(value, site, search).some((each) => search.match(each, file.text)),
      );
      if (
        isHanded ||
        search.shape(
          expr.args.map(({ value }) => value),
          site,
        )
      )
        for (const each of unread) names.add(each);
    }
  });
  return names;
}

/** A function that no read file declares; of one that is, those that it hands its arguments to. */
function unreadBehind(
  name: string,
  handed: ReadonlyMap<string, ReadonlySet<string>>,
  project: Project,
): string[] {
  const isUnread = (each: string) => project.functionsNamed(each).length === 0;
  if (isUnread(name)) return project.isType(name) ? [] : [name];
  return [...(handed.get(name) ?? [])].filter(
    (each) => each.length >= 3 && !everyday.test(each) && isUnread(each),
  );
}

/** By a function's name, the names of what it calls with a parameter of its own. */
function handedOn(project: Project): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { code } of project.files)
    for (const { expr, fn } of code.calls) {
      const name = pathOf(expr.callee).at(-1) ?? '';
      const isHanded = expr.args.some(
        ({ value }) => value.is === 'name' && fn?.params.some((each) => each.name === value.name),
      );
      if (!fn || fn.name === '' || !isHanded) continue;
      const names = [name, ...handingOut(name, code)];
      found.set(fn.name, new Set([...(found.get(fn.name) ?? []), ...names]));
    }
  return found;
}

/** What gives the function that a name stands for: `getFetch` of `f = getFetch()`. */
const handingOut = (name: string, code: SourceFile['code']): string[] =>
  bindingsNamed(code, name).flatMap(({ value }) => {
    if (!value) return [];
    const given = value.is === 'list' && value.any ? value.items : [value];
    return given.flatMap((each) => (each.is === 'call' ? (pathOf(each.callee).at(-1) ?? []) : []));
  });

/** Functions of every language's library that are handed addresses and send nothing. */
const everyday =
  /^(push|append|print|println|error|warn|info|debug|replace|split|join|includes|startsWith|test|match|exec|concat|format|parse|stringify|dumps|loads|String|Error|URL|describe|expect|assert\w*|equal|describe|toBe|toEqual|set|get|add|then|map|filter|find|require|import|useState|createElement|createContext|querySelector|addEventListener|getenv|Getenv|HasPrefix|Printf|Sprintf|Errorf|Fatal\w*|Println)$/;

function addressesIn(value: Expr, site: Site, search: Search): string[] {
  if (value.is === 'record')
    return value.entries.flatMap(([, each]) =>
      each.is === 'text' || each.is === 'name' ? addressesIn(each, site, search) : [],
    );
  if (value.is !== 'text' && value.is !== 'name' && value.is !== 'member') return [];
  return textsOf(value, site, search.project, search.settings);
}
