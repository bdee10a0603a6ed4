import type { Coupling } from '../find/index.ts';
import type { Sync } from '../finding.ts';
import { type CallExpr, type CodeFunction, pathOf } from '../language/code.ts';

/** A sign of who waits for a call, and where it stands. */
export interface SyncSign {
  readonly sync: Sync;
  readonly sign: string;
}

/**
 * Who waits for a call: read off the function around it, from the inside out — its decorators, what
 * it is handed to, its name — then off the file's place in the codebase.
 */
export function syncOf({ call, file }: Coupling): SyncSign {
  if (call.spawned) return { sync: 'background', sign: 'it is started without being waited for' };
  const started = call.argumentOf && startedBy(call.argumentOf);
  if (started) return started;
  for (let fn = call.fn; fn; fn = fn.outer) {
    const sign = ofFunction(fn);
    if (sign) return sign;
  }
  const sign = ofPath(file.path);
  if (sign) return sign;
  if (call.inLoop && !call.fn) return { sync: 'batch', sign: 'it runs in a loop of a script' };
  return { sync: 'unknown', sign: '' };
}

function ofFunction(fn: CodeFunction): SyncSign | undefined {
  for (const mark of fn.marks)
    for (const [sync, pattern] of markSigns)
      if (pattern.test(mark)) return { sync, sign: `${firstLine(mark)} on ${fn.name || 'it'}` };
  const handed = fn.handedTo && handedTo(fn.handedTo);
  if (handed) return handed;
  for (const { name, type } of fn.params)
    if (type !== undefined && requestTypes.test(type))
      return { sync: 'request', sign: `${fn.name} takes ${name} of type ${type}` };
  if (takesRequestAndResponse(fn))
    return { sync: 'request', sign: `${fn.name || 'it'} takes a request and a response` };
  for (const [sync, pattern] of nameSigns)
    if (pattern.test(fn.name)) return { sync, sign: `it is in ${fn.name}` };
  return undefined;
}

const markSigns: readonly (readonly [Sync, RegExp])[] = [
  [
    'background',
    /@?\[?\(?(\w+\.)*(Scheduled|Cron|Interval|periodic_task|shared_task|task|actor|job|KafkaListener|RabbitListener|SqsListener|EventListener|Async|MessagePattern|EventPattern|Process|Processor|QueueTrigger|TimerTrigger|ServiceBusTrigger|dramatiq|huey|on_event|OnEvent|subscribe|background)\b/i,
  ],
  [
    'request',
    /(app|router|bp|blueprint|api|server|mcp|\w*_router|\w*_bp)\.(get|post|put|patch|delete|route|websocket|api_route|tool)\b|@(Get|Post|Put|Patch|Delete|Request|Message)Mapping|@(Get|Post|Put|Patch|Delete|All|Query|Mutation|Sse|SubscribeMessage|Path|POST|GET)\b|Http(Get|Post|Put|Patch|Delete|Trigger)\b|#\[(\w+::)*(get|post|put|patch|delete|handler|command)\b|api_view|csrf_exempt|tauri::command|action\(/,
  ],
];

const requestTypes =
  /\b(HttpServletRequest|HttpRequest|ServerRequest|HttpRequestData|NextRequest|NextApiRequest|FastifyRequest|IncomingMessage|Request|APIGatewayProxyEvent|ResponseWriter|\*?gin\.Context|echo\.Context|\*?fiber\.Ctx|ServerHttpRequest|ApplicationCall|HttpContext|web\.Request|ServerWebExchange)\b|http\.Request/;

const takesRequestAndResponse = ({ params }: CodeFunction): boolean =>
  params.some(({ name }) => /^_?(req|request)$/.test(name)) &&
  params.some(({ name }) => /^_?(res|resp|response|reply|next)$/.test(name));

const nameSigns: readonly (readonly [Sync, RegExp])[] = [
  [
    'request',
    /^(on|handle)(Click|Submit|Press|Tap|Change|Send|Message|Key|Request|Input)|^(GET|POST|PUT|PATCH|DELETE|doPost|doGet|loader|action)$|^(handle|serve)[A-Z_]?.*(request|chat|message|query|completion)s?$|(Handler|_handler|Controller|Action)$/i,
  ],
  [
    'batch',
    /(^|_)(batch|backfill|bulk|migrate|seed|ingest|index|evaluate|benchmark|eval)(_|$|[A-Z])|(Batch|Backfill|Bulk)/,
  ],
  [
    'background',
    /(^|_)(worker|job|task|cron|consume|consumer|process_(queue|job|message)|scheduled|poll|sync|background)(_|$|[A-Z])|(Worker|Job|Consumer|Cron)$/,
  ],
];

function handedTo(call: CallExpr): SyncSign | undefined {
  const path = pathOf(call.callee);
  const last = path.at(-1) ?? '';
  const shown = path.filter(Boolean).join('.');
  const started = startedBy(call);
  if (started) return started;
  if (
    /^(get|post|put|patch|delete|all|use|route|HandleFunc|Handle|GET|POST|PUT|MapPost|MapGet|on_get|on_post|handle)$/.test(
      last,
    ) &&
    path.length > 1
  )
    return { sync: 'request', sign: `it is the handler of ${shown}` };
  if (
    /^(useCallback|useMutation|useQuery|addEventListener|onClick|onSubmit|createServer|ipcMain|registerCommand|serve)$/.test(
      last,
    ) ||
    shown === 'ipcMain.handle'
  )
    return { sync: 'request', sign: `it answers ${shown}` };
  return undefined;
}

function startedBy(call: CallExpr): SyncSign | undefined {
  const path = pathOf(call.callee);
  const last = path.at(-1) ?? '';
  const shown = path.filter(Boolean).join('.');
  if (
    /^(create_task|ensure_future|add_task|setTimeout|setInterval|setImmediate|spawn|schedule|submit|enqueue|waitUntil|after|Run|launch|GlobalScope|process|consume|Worker|queue|subscribe|addJob|runAsync|StartNew|detached|Task)$/.test(
      last,
    ) &&
    backgroundOnly(path)
  )
    return { sync: 'background', sign: `${shown} runs it aside` };
  return undefined;
}

/** Names that mean work aside only on some objects. */
function backgroundOnly(path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  if (!/^(Run|process|queue|after|Task|launch|submit|schedule)$/.test(last)) return true;
  const owner = path.at(-2) ?? '';
  return (
    (last === 'Run' && owner === 'Task') ||
    (last === 'launch' && owner === 'GlobalScope') ||
    /queue|worker|scheduler|executor|cron|pool|waitUntil/i.test(owner) ||
    last === 'after'
  );
}

function ofPath(path: string): SyncSign | undefined {
  for (const [sync, pattern] of pathSigns)
    if (pattern.test(path)) return { sync, sign: `it is in ${path}` };
  return undefined;
}

const pathSigns: readonly (readonly [Sync, RegExp])[] = [
  [
    'batch',
    /(^|\/)(scripts?|notebooks?|benchmarks?|evals?|examples?|migrations?|seeds?|tools?)\//i,
  ],
  [
    'background',
    /(^|\/)(workers?|jobs?|tasks?|crons?|queues?|consumers?|celery|background)(\/|\.|_)/i,
  ],
  [
    'request',
    /(^|\/)(routes?|controllers?|api|endpoints?|handlers?|views?|pages\/api|app\/.*\/route\.|components?|screens?|views?|ui|hooks|viewmodels?)(\/|\.|_)|ViewModel\.|Controller\.|Handler\./i,
  ],
];

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 60) ?? '';
