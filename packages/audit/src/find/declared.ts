import { type CodeFunction, name } from '../language/code.ts';
import type { Project, SourceFile } from '../resolve/index.ts';
import type { RuleBook } from '../rules/index.ts';
import { addressMatcher } from './address.ts';
import type { Wrapper } from './coupling.ts';

/**
 * Methods that are declared to send, and written by a tool (Retrofit, Feign, Refit): an annotation
 * holds the path. Who calls one sends a request.
 */
export function declaredRequests(project: Project, { providers }: RuleBook): Wrapper[] {
  const match = addressMatcher(providers);
  return project.files.flatMap((file) =>
    file.code.functions.flatMap((fn): Wrapper[] => {
      if (fn.owner === undefined) return [];
      const client = clientAround(fn, file);
      const path = fn.marks
        .map((mark) => (annotated.exec(mark) ?? (client && mapped.exec(mark)))?.[1])
        .find(Boolean);
      if (path === undefined) return [];
      const base = client === undefined ? '' : (written.exec(client)?.[1] ?? '');
      const address = path.includes('://')
        ? path
        : `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}`;
      const found = match(address, file.text);
      if (!found) return [];
      const says = `${fn.owner}.${fn.name} is declared to send to ${address}`;
      return [wrapperOf(file, fn, found.provider, says, address.includes('://') ? 0.95 : 0.8)];
    }),
  );
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

function wrapperOf(
  file: SourceFile,
  fn: CodeFunction,
  provider: RuleBook['providers'][number],
  says: string,
  confidence: number,
): Wrapper {
  const { line, endLine } = fn;
  const expr = {
    is: 'call',
    callee: name(fn.name),
    args: [],
    created: false,
    line,
    endLine,
  } as const;
  return {
    file,
    fn,
    isDeclared: true,
    coupling: {
      file,
      call: { expr, fn, inLoop: false, spawned: false },
      provider,
      kind: 'http',
      data: provider.data,
      confidence,
      evidence: [{ file, line, says }],
    },
  };
}
