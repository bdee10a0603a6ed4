import { type CallExpr, pathOf } from '../language/code.ts';
import { first, type Signs, type SyncSign } from './sign.ts';

/** Work that a call starts and does not wait for, or keeps for a schedule. */
export function startedBy(call: CallExpr): SyncSign | undefined {
  const path = pathOf(call.callee);
  const last = path.at(-1) ?? '';
  const owner = path.at(-2) ?? '';
  const shown = path.filter(Boolean).join('.');
  if (isScheduled(call, path))
    return { sync: 'batch', sign: `${shown} runs it on a schedule`, weight: 'declared' };
  const runsAside =
    asideAnywhere.test(last) ||
    (last === 'Run' && owner === 'Task') ||
    (last === 'Enqueue' && /BackgroundJob|Client/i.test(owner)) ||
    (last === 'launch' && owner === 'GlobalScope') ||
    (last === 'go' && /group|errgroup/i.test(owner)) ||
    (asideOnQueues.test(last) &&
      /queue|worker|scheduler|executor|pool|broker|consumer|subscriber|subscription|agenda|boss|inngest/i.test(
        owner,
      ));
  return runsAside
    ? { sync: 'background', sign: `${shown} runs it aside`, weight: 'declared' }
    : undefined;
}

const asideAnywhere =
  /^(add_task|setInterval|setImmediate|waitUntil|after|enqueue|enqueue_in|enqueue_at|addJob|StartNew|detached|createFunction|internalAction|Worker|QueueUserWorkItem|enqueueUniqueWork|beginUniqueWork|runInBackground|onMessagePublished|onDocumentCreated|onDocumentUpdated|onDocumentWritten|onObjectFinalized|onValueCreated|basic_consume|Processor|consumeInBackground)$/;
const asideOnQueues =
  /^(process|consume|subscribe|schedule|submit|queue|add|run|on|spawn|define|work|QueueSubscribe|Subscribe|receive|subscribe_all|createFunction)$/;

/** Libraries of schedules, by what their calls are called and given. */
function isScheduled({ args, callee }: CallExpr, path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  if (
    /^(cronJob|CronJob|onSchedule|schedule_job|scheduleJob|AddFunc|crontab|AddOrUpdate|DailyAt|Cron)$/.test(
      last,
    )
  )
    return true;
  const isCron = path.some((part) => /cron|RecurringJob|^schedule$/i.test(part));
  if (isCron && /^(schedule|job|create|do|AddJob|add|new|from|Schedule|Do)$/i.test(last))
    return true;
  if (/^(schedule|add_job|addJob|scheduled_job|every|repeat|unschedule|new_async)$/.test(last)) {
    const given = args.map(({ value }) => value);
    return (
      (callee.is === 'member' || last === 'schedule') &&
      given.some(
        (each) =>
          each.is === 'text' &&
          each.parts.some((part) => typeof part === 'string' && whenever.test(part)),
      )
    );
  }
  return false;
}

/** A line of crontab(5), its short forms, or APScheduler’s word for one. */
const whenever =
  /^(cron|interval|@(daily|hourly|weekly|monthly)|every .*|\d+ \w+s?|([\d*/,?LW#-]+\s+){4,6}[\d*/,?LW#A-Z-]+)$/;

/** Whether a call keeps a function to answer somebody with it. */
export function answers(call: CallExpr): SyncSign | undefined {
  const path = pathOf(call.callee);
  const last = path.at(-1) ?? '';
  const owner = path.at(-2) ?? '';
  const shown = path.filter(Boolean).join('.');
  const [address] = call.args;
  const isPath =
    address?.value.is === 'text' &&
    typeof address.value.parts[0] === 'string' &&
    address.value.parts[0].startsWith('/');
  if (
    (path.length > 1 || isPath) &&
    routes.test(last) &&
    !/^(axios|http|client|request)$/.test(path[0] ?? '')
  )
    return { sync: 'request', sign: `it is the handler of ${shown}`, weight: 'declared' };
  const isAnswer =
    handlers.test(last) || (events.test(last) && first(listened, owner) === 'request');
  return isAnswer
    ? { sync: 'request', sign: `it answers ${shown}`, weight: 'declared' }
    : undefined;
}

const routes =
  /^(get|post|put|patch|delete|all|use|route|HandleFunc|Handle|GET|POST|PUT|PATCH|DELETE|Any|MapPost|MapGet|MapPut|MapPatch|MapMethods|on_get|on_post|handle|mutation|query|subscription|Post|Get|Put|add_route|add_post|add_get|add_api_route|add_url_rule|webSocket|coRouter)$/;
const handlers =
  /^(useCallback|useMutation|useQuery|useEffect|useSWR|useSWRMutation|useAction|addEventListener|addListener|addActionListener|setOn\w+Listener|onClick|onSubmit|onTapGesture|onChange|onAppear|onSubmitted|refreshable|clickable|createServer|registerCommand|registerInlineCompletionItemProvider|createChatParticipant|addCommand|addRibbonIcon|serve|Serve|onRequest|onCall|createAPIFileRoute|createServerFn|createTRPCRouter|defineEventHandler|eventHandler|defineTool|registerTool|viewModelScope|lifecycleScope|Button|IconButton|FloatingActionButton|swipeActions|contextMenu|hears|action|command|tool|streamHandle|HandlerFunc|CommandHandler|MessageHandler|CallbackQueryHandler|ConversationHandler|ChatInterface|handleUpload|ValidateAndRun|onKeyDown|asyncHandler|catchAsync|withAuth|SetAction|createResource|onPressed|invokeLater)$|^(onMessage|onRequest|onCommand)$/;
/** Calls that keep a function for an event; whose event, the object before says. */
const events =
  /^(on|once|message|event|view|shortcut|options|launch|bind|click|submit|change|connect|listen|MessageCreate|AddHandler|addHandler|add_handler|start|async|add)$/;
const listened: Signs = [
  [
    'request',
    /^(bot|client|app|socket|io|ws|wss|server|conn|connection|telegraf|slack|discord|dispatcher|application|dp|session|dg|viewModelScope|lifecycleScope|chat|prompt\w*|input\w*|textbox|\w*[bB]tn|\w*[bB]utton|ipcMain|onMessage|onMessageExternal|onClicked|onCommand|clicked|rl|readline)$/,
  ],
];

/** What waits for started work after all: its caller goes on with what it made, or ends it itself. */
const joins =
  /\.get\(\s*(\)|\w+\s*,)|\.join\(\s*\)|\.result\(|\bas_completed\b|\bgather\(|\ballOf\(|\binvokeAll\(|\bWhenAll\(|\.Wait\(\)|<-\s*\w|\brange \w*[cC]h\w*\b|\bmake\(chan\b|\bawait Task\s*\.Run|\.await\b|Promise\.all|\bawaitAll\(|shutdown\(|awaitTermination|clearInterval\(/;

/**
 * Whether what is started aside is waited for in the function that starts it.
 *
 * @param body the function’s text
 */
export const isJoined = (body: string): boolean => joins.test(body);

/** Whether what is started is handed a channel: who reads from it has the answer, and may wait for it. */
export const isGivenChannel = ({ args }: CallExpr): boolean =>
  args.some(({ value }) => channel.test(pathOf(value).at(-1) ?? ''));

const channel = /(^c|C)h(an(nel)?)?s?$/;
