import { type CallSite, type Expr, pathOf } from '../../language/code.ts';
import type { LanguageId } from '../../language/languages.ts';
import {
  bindingsNamed,
  handedOver,
  importsOf,
  type Origin,
  originsOf,
  ownFile,
  type Project,
  type Settings,
  type SourceFile,
} from '../../resolve/index.ts';
import type { CallRule, ProviderRule, RuleBook } from '../../rules/index.ts';
import { addressMatcher } from '../addresses/index.ts';
import { operatorOf } from '../called-objects.ts';
import type { Coupling } from '../coupling.ts';
import { insideClients } from './inside-clients.ts';
import { mayMatch } from './may-match.ts';
import { isOfContainer, isPlatforms } from './nobodys.ts';
import { pointedAt } from './pointed-at.ts';
import { underItsName } from './under-its-name.ts';

/** Calls through providers' packages. */
export function findSdkCalls(project: Project, rules: RuleBook, settings: Settings): Coupling[] {
  const used = packagesUsed(project, rules);
  const match = addressMatcher(rules.providers);
  return project.inFiles((file) =>
    file.code.calls.flatMap((call) => {
      const found =
        sdkCall(file, call, call.expr.callee, project, rules, used) ??
        objectCall(file, call, project, rules, used);
      const own = found ? [found] : givenAway(file, call, project, rules, used);
      return own.map((coupling) => pointedAt(coupling, project, settings, rules.providers, match));
    }),
  );
}

/** A call of an object that a package made: `llm(prompt)`, `self.chain({"question": q})`. */
function objectCall(
  file: SourceFile,
  call: CallSite,
  project: Project,
  rules: RuleBook,
  used: ReadonlyMap<ProviderRule, ReadonlySet<SourceFile>>,
): Coupling | undefined {
  const operator = operatorOf(call.expr, file.language.id);
  const path = pathOf(call.expr.callee);
  const isField = path.length === 2 && path[0] === 'this';
  if (operator === undefined || (path.length > 1 && !isField)) return undefined;
  if (!mayMatch(pathOf(operator), file.language.id, rules)) return undefined;
  const isMade = bindingsNamed(file.code, path.join('.')).some(({ value }) => value?.is === 'call');
  const isImported = !isField && file.code.imports.some(({ local }) => local === path[0]);
  if (!isMade || isImported || /^[A-Z]|cls$|class$/.test(path.at(-1) ?? '')) return undefined;
  return sdkCall(file, call, operator, project, rules, used);
}

/** What a call hands to another to be called. */
function givenAway(
  file: SourceFile,
  call: CallSite,
  project: Project,
  rules: RuleBook,
  used: ReadonlyMap<ProviderRule, ReadonlySet<SourceFile>>,
): Coupling[] {
  const value = handedOver(call.expr);
  const found =
    value?.is === 'member' ? sdkCall(file, call, value, project, rules, used) : undefined;
  return found ? [found] : [];
}

function sdkCall(
  file: SourceFile,
  call: CallSite,
  callee: Expr,
  project: Project,
  rules: RuleBook,
  used: ReadonlyMap<ProviderRule, ReadonlySet<SourceFile>>,
): Coupling | undefined {
  const language = file.language.id;
  const path = pathOf(callee);
  if (!mayMatch(path, language, rules)) return undefined;
  const site = { file, fn: call.fn, owner: call.owner };
  if (isOfContainer(callee, site)) return undefined;
  const origins = originsOf(callee, site, project).filter((each) => !isPlatforms(each));
  const traced = ofOrigins(origins, language, rules);
  if (traced) {
    const { provider, rule, origin } = traced;
    return coupling(
      file,
      call,
      provider,
      rule,
      origin.opened ? 0.85 : 0.95,
      `${shown(path)} is ${origin.path.join('.')} of ${origin.module}`,
    );
  }
  for (const { callee: inner, at } of insideClients(callee, site, project)) {
    const inside = ofOrigins(originsOf(inner, at, project), language, rules);
    if (!inside) continue;
    const { provider, rule, origin } = inside;
    const says = `${shown(path)} is ${origin.path.join('.')} of ${origin.module}, inside another client`;
    return coupling(file, call, provider, rule, 0.85, says);
  }
  const made = underItsName(origins, language, path, project, rules);
  if (made) {
    const { provider, call: rule } = made;
    const says = `${shown(path)} is a call of ${provider.title}, by a package that takes its client’s place`;
    return coupling(file, call, provider, rule, 0.8, says);
  }
  const isOwn = project.functionsNamed(path.at(-1) ?? '').length > 0;
  const isOthers = (each: Origin) => isOwn || (ownFile(each) === undefined && !isHeld(each));
  if (origins.some((each) => !each.opened && isOthers(each))) return undefined;
  const asked = isOwn ? undefined : ofInterface(origins, language, project, rules);
  if (asked) {
    const says = `${shown(path)} is asked for by an interface beside the imports of ${asked.provider.title}`;
    return coupling(file, call, asked.provider, asked.rule, 0.8, says);
  }
  for (const { provider, call: rule } of rules.distinctive(language, path)) {
    const files = used.get(provider);
    if (!files) continue;
    const here = files.has(file);
    if (isOwn && !here) continue;
    return coupling(
      file,
      call,
      provider,
      rule,
      here ? 0.8 : 0.6,
      `${shown(path)} is a call of ${provider.title}, which ${here ? 'this file' : 'the codebase'} imports`,
    );
  }
  return undefined;
}

/** What a component keeps (`useRef`, `ref`, `useState`) may be of any package. */
const isHeld = ({ module }: Origin): boolean => /^(react|preact|vue|solid-js)(\/|$)/.test(module);

/** `from google.cloud import vision` means the module `google.cloud.vision` as well. */
const modulesOf = ({ module, path: [first] }: Origin, language: LanguageId): string[] =>
  language === 'python' && first !== undefined ? [module, `${module}.${first}`] : [module];

const shown = (path: readonly string[]): string => path.filter(Boolean).join('.');

function ofOrigins(
  origins: readonly Origin[],
  language: LanguageId,
  rules: RuleBook,
): { provider: ProviderRule; rule: CallRule; origin: Origin } | undefined {
  let best: { provider: ProviderRule; rule: CallRule; origin: Origin } | undefined;
  for (const origin of origins)
    for (const module of modulesOf(origin, language))
      for (const provider of rules.ofModule(language, module)) {
        const rule = rules.callOf(provider, language, origin.path);
        if (!rule) continue;
        // Of packages that are opened, the one whose rule names the type knows it.
        if (!origin.opened) return best ?? { provider, rule, origin };
        if (!best || rule.path.length > best.rule.path.length) best = { provider, rule, origin };
      }
  return best;
}

/** An interface that asks for a package's method is there to hold its client, or a test's. */
function ofInterface(
  origins: readonly Origin[],
  language: LanguageId,
  project: Project,
  rules: RuleBook,
): { provider: ProviderRule; rule: CallRule } | undefined {
  for (const origin of origins) {
    const path = ownFile(origin);
    const [type, method = ''] = origin.path.slice(-2);
    const code = path === undefined ? undefined : project.at(path)?.code;
    if (!code?.types.some(({ name, asks }) => name === type && asks?.includes(method))) continue;
    for (const { module } of code.imports)
      for (const provider of rules.ofModule(language, module)) {
        const rule = rules.callOf(provider, language, origin.path.slice(-2));
        if (rule) return { provider, rule };
      }
  }
  return undefined;
}

function packagesUsed(project: Project, rules: RuleBook): Map<ProviderRule, Set<SourceFile>> {
  const used = new Map<ProviderRule, Set<SourceFile>>();
  project.eachFile((file) => {
    for (const { module, name } of importsOf(file, project))
      for (const provider of rules.ofModule(
        file.language.id,
        file.language.id === 'python' && name !== undefined ? `${module}.${name}` : module,
      ))
        used.set(provider, (used.get(provider) ?? new Set()).add(file));
  });
  return used;
}

const coupling = (
  file: SourceFile,
  call: CallSite,
  provider: ProviderRule,
  rule: CallRule,
  confidence: number,
  says: string,
): Coupling => ({
  file,
  call,
  provider,
  kind: provider.kind === 'local' ? 'local' : 'sdk',
  data: rule.data ?? provider.data,
  confidence,
  evidence: [{ file, line: call.expr.line, says }],
});
