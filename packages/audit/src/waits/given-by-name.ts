import { type CallExpr, type CodeFunction, type Expr, pathOf } from '../language/code.ts';
import { linesOf, type Project, type SourceFile } from '../resolve/index.ts';
import type { SyncSign } from './sign.ts';
import { answers, isJoined, startedBy } from './started.ts';

/** What a function is given to by its name: `onClick={ask}`, `router.post('/ask', ask)`. */
export type GivenByName = (fn: CodeFunction, file: SourceFile) => SyncSign | undefined;

/** Looks once through all calls for those that keep functions. */
export function givenByName(project: Project): GivenByName {
  const joined = new Map<CodeFunction, boolean>();
  const joins = (fn: CodeFunction, file: SourceFile): boolean => {
    const known = joined.get(fn) ?? isJoined(linesOf(file, fn.line, fn.endLine));
    joined.set(fn, known);
    return known;
  };
  const kept = new Map<string, { readonly file: SourceFile; readonly sign: SyncSign }[]>();
  project.eachFile((file) => {
    for (const { expr, fn } of file.code.calls) {
      const names = expr.args.flatMap(({ value }) => namesIn(value, 0));
      if (names.length === 0) continue;
      const sign = startedBy(expr) ?? keptToAnswer(expr);
      if (!sign || (fn && sign.sync === 'background' && joins(fn, file))) continue;
      for (const name of names) kept.set(name, [...(kept.get(name) ?? []), { file, sign }]);
    }
  });
  return (fn, file) => {
    if (fn.name === '') return undefined;
    const own = inMarkup(fn.name, file);
    if (own) return own;
    const all = (kept.get(fn.name) ?? []).filter(
      (each) =>
        each.file.language.id === file.language.id || isScript(each.file) === isScript(file),
    );
    return (all.find((each) => each.file === file) ?? (isTelling(fn.name) ? all[0] : undefined))
      ?.sign;
  };
}

/** Elsewhere the same short name may be another function’s. */
const isTelling = (name: string): boolean => name.length >= 6 || /[a-z][A-Z]|_/.test(name);

const isScript = ({ language }: SourceFile): boolean => language.id === 'javascript';

/** A route takes its path along; `cache.get(key)` keeps nothing. */
function keptToAnswer(call: CallExpr): SyncSign | undefined {
  const sign = answers(call);
  if (!sign) return undefined;
  const last = pathOf(call.callee).at(-1) ?? '';
  const takesPath = call.args.some(
    ({ value }) => value.is === 'text' && /^["'`]?\//.test(String(value.parts[0] ?? '')),
  );
  const isPlain =
    /^(get|post|put|patch|delete|all|use|query|on|once|event|message|route|start|add|async)$/i;
  return !isPlain.test(last) || takesPath || /^(on|once|event|message)$/.test(last)
    ? sign
    : undefined;
}

function namesIn(value: Expr, depth: number): string[] {
  if (depth > 2) return [];
  switch (value.is) {
    case 'name':
      return [value.name];
    case 'member':
      return [value.name];
    case 'list':
      return value.items.flatMap((each) => namesIn(each, depth + 1));
    case 'record':
      return value.entries.flatMap(([, each]) => namesIn(each, depth + 1));
    case 'call':
      return value.args.flatMap((each) => namesIn(each.value, depth + 1));
    default:
      return [];
  }
}

/** Attributes and assignments that keep a function for an event, in the file that declares it. */
function inMarkup(name: string, { text }: SourceFile): SyncSign | undefined {
  if (!/^\w+$/.test(name) || name.length < 3) return undefined;
  const found = new RegExp(
    `\\bon[A-Z]\\w*=\\{\\s*(?:(?:async )?\\([\\w, ]*\\) =>\\s*\\{?\\s*(?:void |await |return )?)?(?:\\w+\\.)*${name}\\b|\\bon[A-Z]\\w*:\\s*(?:\\w+\\.)*${name}\\b|\\+= *(?:new \\w+\\()?(?:this\\.)?${name}\\b|#selector\\((?:\\w+\\.)*${name}\\b|Listener\\(\\s*(?:this|\\w+)?::${name}\\b|\\b(?:on_click|on_submit|on_change|command)=(?:self\\.)?${name}\\b|(?<!executor|pool)\\.(?:click|submit|change)\\(\\s*(?:fn=)?(?:self\\.)?${name}\\b`,
  ).exec(text)?.[0];
  if (found === undefined) return undefined;
  const line = text.slice(0, text.indexOf(found)).split('\n').at(-1) ?? '';
  if (/Tick|Elapsed|Received|Timer/.test(line + found)) return undefined;
  return {
    sync: 'request',
    sign: `${name} is given to ${found.replace(/\s+/g, ' ').slice(0, 40)}`,
    weight: 'declared',
  };
}
