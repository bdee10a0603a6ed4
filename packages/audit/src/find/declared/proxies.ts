import { type CallExpr, pathOf } from '../../language/code.ts';
import type { Project, SourceFile } from '../../resolve/index.ts';
import type { RuleBook } from '../../rules/index.ts';
import type { Wrapper } from '../coupling.ts';
import { declaredWrapper } from './declared-wrapper.ts';

/**
 * Methods of the application's own interfaces of which a framework makes an implementation that asks
 * a model: LangChain4j's `AiServices.create(Assistant.class, model)`, and those that are annotated so.
 * Who calls one asks.
 */
export function proxyMethods(project: Project, { providers }: RuleBook): Wrapper[] {
  const provider = providers.find(({ name }) => name === 'langchain');
  if (!provider) return [];
  const proxies = proxyTypes(project);
  return project.inFiles((file) =>
    file.code.functions.flatMap((fn): Wrapper[] => {
      const made = fn.owner === undefined ? undefined : proxies.get(fn.owner);
      if (!made) return [];
      const sign = { ...made, says: `${fn.owner} is a proxy that asks a model` };
      return [declaredWrapper({ file, fn }, { provider, kind: 'sdk', confidence: 0.95 }, sign)];
    }),
  );
}

/** How the files begin that declare those interfaces: they need hold no telling word. */
export const proxyDeclarations = (project: Project): Set<string> =>
  new Set([...proxyTypes(project).keys()].map((each) => `interface ${each}`));

/** Where the proxy of a type is made, or asked for by an annotation. */
interface Made {
  readonly file: SourceFile;
  readonly line: number;
}

function proxyTypes(project: Project): Map<string, Made> {
  const types = new Map<string, Made>();
  project.eachFile((file) => {
    if (!/^(java|kotlin)$/.test(file.language.id)) return;
    for (const { name, marks = [], line } of file.code.types)
      if (marks.some((mark) => /^@(\w+\.)*(Register)?AiService\b/.test(mark)))
        types.set(name, { file, line });
    for (const { expr } of file.code.calls) {
      const type = proxied(expr);
      if (type !== undefined) types.set(type, { file, line: expr.line });
    }
  });
  return types;
}

/** `Assistant` of `AiServices.builder(Assistant.class)`. */
function proxied({ callee, args }: CallExpr): string | undefined {
  const [maker, action] = pathOf(callee).slice(-2);
  if (maker !== 'AiServices' || !/^(builder|create)$/.test(action ?? '')) return undefined;
  const [type] = args[0] ? pathOf(args[0].value) : [];
  return type === '' ? undefined : type;
}
