import { type CodeFunction, pathOf } from '../../language/code.ts';
import { dotted } from '../../language/java.ts';
import { type Project, type Settings, type SourceFile, textsOf } from '../../resolve/index.ts';
import type { RuleBook } from '../../rules/index.ts';
import { addressMatcher, addressOnBase, shownAddress, surestMatch } from '../addresses/index.ts';
import type { Wrapper } from '../coupling.ts';
import { declaredWrapper } from './declared-wrapper.ts';

/**
 * Methods that are declared to send, and written by a tool (Retrofit, Feign, Refit): an annotation
 * holds the path, or the constant that does. Who calls one sends a request.
 */
export function declaredRequests(
  project: Project,
  { providers }: RuleBook,
  settings: Settings,
): Wrapper[] {
  const match = addressMatcher(providers);
  const bases = basesOfClients(project, settings);
  return project.inFiles((file) =>
    file.code.functions.flatMap((fn): Wrapper[] => {
      if (fn.owner === undefined) return [];
      const client = clientAround(fn, file);
      const paths = fn.marks.flatMap((mark) => pathsIn(mark, client, file, project, settings));
      if (paths.length === 0) return [];
      const base = client === undefined ? undefined : written.exec(client)?.[1];
      const addresses = paths.flatMap((path) =>
        path.includes('://')
          ? path
          : (base === undefined ? bases(fn.owner ?? '') : [base]).map((each) =>
              addressOnBase(each, path),
            ),
      );
      const surest = surestMatch(addresses, file.text, match);
      if (!surest) return [];
      const { provider, address } = surest;
      const says = `${fn.owner}.${fn.name} is declared to send to ${shownAddress(address)}`;
      const confidence = address.includes('://') ? 0.95 : 0.8;
      const sign = { file, line: fn.line, says };
      return [declaredWrapper({ file, fn }, { provider, kind: 'http', confidence }, sign)];
    }),
  );
}

/** The paths that an annotation writes, or names. */
function pathsIn(
  mark: string,
  client: string | undefined,
  file: SourceFile,
  project: Project,
  settings: Settings,
): string[] {
  const path = (annotated.exec(mark) ?? (client && mapped.exec(mark)))?.[1];
  if (path) return [path];
  const constant = named.exec(mark)?.[1];
  return constant === undefined ? [] : textsOf(dotted(constant), { file }, project, settings);
}

/** `@POST(Endpoints.CHAT)` */
const named =
  /^@(?:\w+\.)*(?:POST|GET|PUT|PostExchange)\(\s*(?:value\s*=\s*)?([A-Za-z_][\w.]*)\s*\)/;

/**
 * What the clients of a codebase are made for (`Retrofit.Builder().baseUrl(…)`), by the interface that
 * is declared: of several those that a file makes which names the interface. None is an empty base.
 */
function basesOfClients(project: Project, settings: Settings): (owner: string) => string[] {
  const made = project.inFiles((file) => {
    if (!/^(java|kotlin)$/.test(file.language.id)) return [];
    return file.code.calls.flatMap(({ expr, fn, owner }) => {
      const [first] = expr.args;
      if (pathOf(expr.callee).at(-1) !== 'baseUrl' || !first) return [];
      const base = textsOf(first.value, { file, fn, owner }, project, settings);
      return base.map((each) => ({ base: each, text: file.text }));
    });
  });
  const all = new Set(made.map(({ base }) => base));
  return (owner) => {
    const own = made.filter(({ text }) => text.includes(owner)).map(({ base }) => base);
    return ['', ...new Set(own.length > 0 ? own : all.size === 1 ? all : [])];
  };
}

/** Retrofit's and Refit's annotations; a server's are `@PostMapping` and `[HttpPost]`. */
const annotated =
  /^[@[](?:\w+\.)*(?:POST|GET|PUT|Post|Get|Put|RequestLine|PostExchange)\(\s*(?:value\s*=\s*)?"(?:POST )?([^"]+)"/;

/** Spring's own annotations send where they stand in a client, whose annotation may hold the host. */
const mapped =
  /^@(?:\w+\.)*(?:Post|Get|Put|Request)Mapping\(\s*(?:(?:value|path)\s*=\s*)?\{?"([^"]+)"/;
const written = /"(https?:\/\/[^"]+)"/;

/** The annotation that makes a client of the interface around a method. */
const clientAround = ({ owner }: CodeFunction, { code }: SourceFile): string | undefined =>
  code.types
    .find(({ name }) => name === owner)
    ?.marks?.find((mark) =>
      /^[@[](\w+\.)*(FeignClient|HttpExchange|RegisterRestClient|Headers)\b/.test(mark),
    );
