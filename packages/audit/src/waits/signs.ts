import type { Sync } from '../finding.ts';
import { type CallExpr, type CallSite, type CodeFunction, pathOf } from '../language/code.ts';
import type { SourceFile } from '../resolve/index.ts';

/** A sign of who waits for a call. */
export interface SyncSign {
  readonly sync: Sync;
  readonly sign: string;
}

type Signs = readonly (readonly [SyncSign['sync'], RegExp])[];

/** What a function is declared as: its decorators, what it is handed to, what it takes. */
export function strongSign(fn: CodeFunction): SyncSign | undefined {
  for (const mark of fn.marks) {
    const sync = first(markSigns, mark);
    if (sync) return { sync, sign: `${firstLine(mark)} on ${fn.name || 'it'}` };
    if (screenMarks.test(mark))
      return { sync: 'request', sign: `${firstLine(mark)} on ${fn.name || 'it'}` };
  }
  const handed = fn.handedTo && (startedBy(fn.handedTo) ?? answers(fn.handedTo));
  if (handed) return handed;
  for (const { name, type } of fn.params)
    if (type !== undefined && requestTypes.test(type))
      return { sync: 'request', sign: `${fn.name || 'it'} takes ${name}: ${firstLine(type)}` };
  if (takesRequestAndResponse(fn))
    return { sync: 'request', sign: `${fn.name || 'it'} takes a request and a response` };
  if (/^(GET|POST|PUT|PATCH|DELETE)$/.test(fn.name))
    return { sync: 'request', sign: `${fn.name} is a route’s handler` };
  return undefined;
}

/** What names suggest: of the functions around, then of the file and its directories. */
export function weakSign(call: CallSite, path: string): SyncSign | undefined {
  for (let fn: CodeFunction | undefined = call.fn; fn; fn = fn.outer) {
    const { name } = fn;
    const sync = name === '' ? undefined : first(nameSigns, name);
    if (sync) return { sync, sign: `it is in ${name}` };
  }
  const owner = call.owner ?? call.fn?.owner;
  const ofOwner = owner === undefined ? undefined : first(ownerSigns, owner);
  if (ofOwner) return { sync: ofOwner, sign: `it is in ${owner}` };
  const sync = first(pathSigns, path);
  if (sync) return { sync, sign: `it is in ${path}` };
  if (call.inLoop && !call.fn) return { sync: 'batch', sign: 'it runs in a loop of a script' };
  return undefined;
}

/** What a file's own imports say of the application. */
export function applicationSign({ code, language, text }: SourceFile): SyncSign | undefined {
  const modules = code.imports.map(({ module }) => module);
  const found = modules.find((module) => interactive.test(module));
  if (found !== undefined) return { sync: 'request', sign: `the file imports ${found}` };
  const reads = terminal.exec(text)?.[0];
  if (reads !== undefined)
    return { sync: 'request', sign: `the file asks at the terminal: ${reads}` };
  const isScript = language.id === 'python' || language.id === 'javascript';
  if (isScript && modules.some((module) => /^(pandas|polars|datasets|tqdm|csv)\b/.test(module)))
    return { sync: 'batch', sign: 'the file works through data' };
  return undefined;
}

/** Somebody types at the other end. */
const terminal =
  /(?<![\w.])input\(|Console\.ReadLine|System\.in\b|os\.Stdin\b|io::stdin|(?<![\w.])readLine\(|readline\.createInterface/;

/** Work that is started and not waited for. */
export function startedBy(call: CallExpr): SyncSign | undefined {
  const path = pathOf(call.callee);
  const last = path.at(-1) ?? '';
  const owner = path.at(-2) ?? '';
  const shown = path.filter(Boolean).join('.');
  const runsAside =
    asideAnywhere.test(last) ||
    (last === 'Run' && owner === 'Task') ||
    (last === 'launch' && owner === 'GlobalScope') ||
    (last === 'go' && /group|errgroup/i.test(owner)) ||
    (asideOnQueues.test(last) &&
      /queue|worker|scheduler|executor|cron|pool|broker|consumer/i.test(owner));
  return runsAside ? { sync: 'background', sign: `${shown} runs it aside` } : undefined;
}

const asideAnywhere =
  /^(add_task|setInterval|setImmediate|waitUntil|after|enqueue|addJob|StartNew|detached|schedule_job|createFunction|cronJob|CronJob|Worker|QueueUserWorkItem|enqueueUniqueWork|beginUniqueWork|runInBackground|onSchedule|onMessagePublished|onDocumentCreated|onDocumentWritten|onObjectFinalized)$/;
const asideOnQueues =
  /^(process|consume|subscribe|schedule|submit|queue|add|run|on|spawn|AddFunc)$/;

function answers(call: CallExpr): SyncSign | undefined {
  const path = pathOf(call.callee);
  const last = path.at(-1) ?? '';
  const shown = path.filter(Boolean).join('.');
  if (path.length > 1 && routes.test(last) && !/^(axios|http|client|request)$/.test(path[0] ?? ''))
    return { sync: 'request', sign: `it is the handler of ${shown}` };
  return handlers.test(last) ? { sync: 'request', sign: `it answers ${shown}` } : undefined;
}

const routes =
  /^(get|post|put|patch|delete|all|use|route|HandleFunc|Handle|GET|POST|PUT|MapPost|MapGet|on_get|on_post|handle|mutation|query|subscription)$/;
const handlers =
  /^(useCallback|useMutation|useQuery|addEventListener|addListener|onClick|onSubmit|createServer|registerCommand|serve|onRequest|onCall|createAPIFileRoute|createTRPCRouter|defineEventHandler|eventHandler|viewModelScope|Button)$/;

const takesRequestAndResponse = ({ params }: CodeFunction): boolean =>
  params.some(({ name }) => /^_?(req|request)$/.test(name)) &&
  params.some(({ name }) => /^_?(res|resp|response|reply|next)$/.test(name));

const requestTypes =
  /\b(HttpServletRequest|ServerRequest|HttpRequestData|NextRequest|NextApiRequest|FastifyRequest|IncomingMessage|APIGatewayProxyEvent|ResponseWriter|gin\.Context|echo\.Context|fiber\.Ctx|ServerHttpRequest|ApplicationCall|HttpContext|web\.Request|ServerWebExchange|cobra\.Command|CommandContext|CallbackQuery|StreamObserver)\b|\*?http\.Request\b|^(Request|HttpRequest|Context)$/;

const markSigns: Signs = [
  [
    'background',
    /(^|[@[(#.])(\w+\.)*(Scheduled|Cron|Interval|periodic_task|shared_task|task|actor|job|KafkaListener|RabbitListener|JmsListener|SqsListener|EventListener|Async|MessagePattern|EventPattern|Process|Processor|QueueTrigger|TimerTrigger|ServiceBusTrigger|dramatiq|huey|on_event|OnEvent|OnWorkerEvent|db_task|cron)\b(?!\.(get|post))/,
  ],
  [
    'request',
    /\b(app|router|bp|blueprint|api|server|mcp|ns|\w*_router|\w*_bp|\w*_blueprint|\w*_app)\.(get|post|put|patch|delete|route|websocket|api_route|tool|command)\b|@(Get|Post|Put|Patch|Delete|Request|Message)Mapping|@(Get|Post|Put|Patch|Delete|All|Query|Mutation|Sse|SubscribeMessage|Path|POST|GET|Tool)\b|Http(Get|Post|Put|Patch|Delete|Trigger)\b|#\[(\w+::)*(get|post|put|patch|delete|handler|command)\b|api_view|csrf_exempt|tauri::command|\baction\(|@click\.|@(bot|client|dp|cl)\.|@(app|cli)\.(command|callback|event|message)|@cl\.on_/,
  ],
];

/** What says where a function runs, and not that it is called from outside. */
const screenMarks = /^@(MainActor|Composable)\b/;

/** Whether a decorator makes a function an entry point: a route, a command, a consumer. */
export const isEntryPoint = ({ marks }: CodeFunction): boolean =>
  marks.some((mark) => first(markSigns, mark) !== undefined);

const nameSigns: Signs = [
  [
    'request',
    /^(on|handle)(Click|Submit|Press|Tap|Change|Send|Message|Key|Request|Input)|^(doPost|doGet|loader|action)$|^(handle|serve)[A-Z_]?.*(request|chat|message|query|completion|prompt|command)s?$|(Handler|_handler|Controller|Action|_command|Command)$/i,
  ],
  [
    'batch',
    /(^|_)(batch|backfill|bulk|migrate|seed|ingest|evaluate|benchmark|eval|crawl)(_|$|[A-Z])|(Batch|Backfill|Bulk)/,
  ],
  [
    'background',
    /(^|_)(worker|job|cron|consume|consumer|process_(queue|job)|scheduled|poll|background)(_|$|[A-Z])|(Worker|Job|Consumer|Cron)$/,
  ],
];

const ownerSigns: Signs = [
  ['background', /(Worker|Job|Consumer|Scheduler|BackgroundService|HostedService|Task)$/],
  [
    'request',
    /(Controller|ViewModel|View|Handler|Activity|Fragment|Screen|Resource|Endpoint|Resolver|Page|Command|Action|Hub)$/,
  ],
];

const pathSigns: Signs = [
  [
    'batch',
    /(^|\/)(scripts?|notebooks?|benchmarks?|evals?|evaluations?|migrations?|seeds?|ingest(ion)?|indexing)(\/|\.|_)/i,
  ],
  [
    'background',
    /(^|\/|_)(workers?|jobs?|tasks|bgtasks?|crons?|queues?|consumers?|celery|background)(\/|\.|_)|(Worker|Job|Consumer)\./i,
  ],
  [
    'request',
    /(^|\/)(routes?|routers?|controllers?|api|endpoints?|handlers?|views?|components?|screens?|ui|hooks|viewmodels?|cmd|commands?|cli|bot|pages)(\/|\.|_)|(ViewModel|Controller|Handler|View|Activity)\./i,
  ],
];

/** Modules of a program that somebody sits in front of, or of a server that answers. */
const interactive =
  /^(streamlit|gradio|chainlit|click|typer|argparse|flask|fastapi|telegram|telebot|aiogram|discord|slack_bolt|tkinter|PyQt\d|textual|rich\.prompt|prompt_toolkit|express|fastify|hono|koa|next(\/|$)|react(-native)?(\/|$)|vue|svelte|commander|yargs|@clack\/prompts|inquirer|vscode|electron|obsidian|telegraf|discord\.js|SwiftUI|UIKit|AppKit|androidx|Microsoft\.AspNetCore|System\.Windows|com\.intellij|clap|axum|actix_web|github\.com\/(spf13\/cobra|urfave\/cli|gin-gonic|labstack|gofiber|charmbracelet))/;

const first = (signs: Signs, text: string): SyncSign['sync'] | undefined =>
  signs.find(([, pattern]) => pattern.test(text))?.[0];

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 60) ?? '';
