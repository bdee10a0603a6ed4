import type { CodeFunction } from '../language/code.ts';
import { linesOf, type SourceFile } from '../resolve/index.ts';
import { first, firstLine, type Signs, type SyncSign } from './sign.ts';
import { answers, startedBy } from './started.ts';
import { ofType } from './types.ts';

/** What a function is declared as: its decorators, what it is handed to, what it takes, its class. */
export function declaredSign(fn: CodeFunction, file: SourceFile): SyncSign | undefined {
  return (
    unasked(fn) ??
    ofMarks(fn) ??
    (fn.handedTo && (startedBy(fn.handedTo) ?? answers(fn.handedTo))) ??
    ofParameters(fn) ??
    ofName(fn, file) ??
    ofType(fn, file)
  );
}

/** What a chat's server tells a bot by itself. */
const unasked = ({ name, params }: CodeFunction): SyncSign | undefined =>
  /^on_(ready|member_(join|remove|update)|guild_(join|remove|update))$/.test(name) &&
  params.length < 4
    ? { sync: 'background', sign: `nobody asks for ${name}`, weight: 'declared' }
    : undefined;

/** Whether a decorator makes a function an entry point: a route, a command, a consumer. */
export const isEntryPoint = ({ marks }: CodeFunction): boolean =>
  marks.some((mark) => first(markSigns, mark) !== undefined);

function ofMarks({ marks, name }: CodeFunction): SyncSign | undefined {
  for (const mark of marks) {
    const sync = first(markSigns, mark) ?? (screenMarks.test(mark) ? 'request' : undefined);
    if (sync) return { sync, sign: `${firstLine(mark)} on ${name || 'it'}`, weight: 'declared' };
  }
  return undefined;
}

const markSigns: Signs = [
  [
    'batch',
    /(^|[@[(#.])(\w+\.)*(Cron|cron|periodic_task|db_periodic_task|scheduled_job|TimerTrigger|timer_trigger|schedule|on_schedule|Cron(Create|Expression))\b|Scheduled\(\s*cron|[sS]cheduler\.task\(\s*['"](?:cron|interval)|(^|\.)loop\(/,
  ],
  [
    'background',
    /(^|[@[(#.])(\w+\.)*(Scheduled|Interval|shared_task|task|actor|job|KafkaListener|RabbitListener|JmsListener|SqsListener|ServiceBusListener|PulsarListener|StreamListener|EventListener|TransactionalEventListener|Incoming|Async|MessagePattern|EventPattern|RabbitSubscribe|SubscribeTo|Process|Processor|QueueTrigger|queue_trigger|ServiceBusTrigger|service_bus_queue_trigger|EventGridTrigger|BlobTrigger|blob_trigger|CosmosDBTrigger|SqlTrigger|sql_trigger|EventHubTrigger|event_hub_message_trigger|KafkaTrigger|kafka_trigger|RabbitMQTrigger|dramatiq|huey|receiver|on_event|OnEvent|OnWorkerEvent|OnQueueEvent|db_task|on_message_published|on_document_\w+|on_object_finalized)\b(?!\.(get|post|put|delete|route))/,
  ],
  [
    'request',
    /\b(app|router|bp|blueprint|api|server|mcp|ns|routes|\w*_router|\w*_bp|\w*_blueprint|\w*_app|\w*_api|\w*[rR]outer)\.(get|post|put|patch|delete|route|websocket|websocket_route|api_route|tool|resource|prompt|command|callback|event|message|error|middleware)\b|@(Get|Post|Put|Patch|Delete|Request|Message|Query|Mutation|Schema|Batch)Mapping|@(Get|Post|Put|Patch|Delete|All|Query|Mutation|Sse|SubscribeMessage|Path|POST|GET|PUT|Tool|Command|ShellMethod|Action|Function)\b|Http(Get|Post|Put|Patch|Delete|Trigger)\b|\[(Route|McpServerTool|WebMethod|OperationContract|RelayCommand)\b|#\[(\w+::)*(get|post|put|patch|delete|handler|command|tool|debug_handler)\b|api_view|csrf_exempt|login_required|require_(POST|GET|http_methods)|tauri::command|\baction\(|@click\.|@(bot|client|dp|cl|tree|slash|cli|app|router|rt|me|ui)\.|@(\w+\.)?(on_message|on_chat_start|message_handler|hybrid_command|app_commands|command|slash_command|callback_query|http_trigger|on_request|on_call|route|expose|validate_call)\b/,
  ],
];

/** What says where a function runs, and not that it is called from outside. */
const screenMarks = /^@(MainActor|Composable|IBAction|objc\b.*|FXML|UiThread|Listen)\b/;

function ofParameters(fn: CodeFunction): SyncSign | undefined {
  const named = fn.name || 'it';
  for (const { name, type } of fn.params) {
    const sync = type === undefined ? undefined : first(typeSigns, type);
    if (sync)
      return { sync, sign: `${named} takes ${name}: ${firstLine(type ?? '')}`, weight: 'declared' };
  }
  if (takesRequestAndResponse(fn))
    return { sync: 'request', sign: `${named} takes a request and a response`, weight: 'declared' };
  return undefined;
}

const takesRequestAndResponse = ({ params }: CodeFunction): boolean =>
  params.some(({ name }) => /^_?(req|request)$/.test(name)) &&
  params.some(({ name }) => /^_?(res|resp|response|reply|next)$/.test(name));

const typeSigns: Signs = [
  [
    'batch',
    /\b(ScheduledEvent|ScheduledController|TimerInfo|EventBridgeEvent|JobExecutionContext|IJobExecutionContext)\b/,
  ],
  [
    'background',
    /\b(SQSEvent|SqsEvent|SNSEvent|SnsEvent|S3Event|KinesisEvent|DynamoDBEvent|DynamoDbEvent|KafkaEvent|ConsumerRecord|ConsumeContext|ServiceBusReceivedMessage|PubsubMessage|CloudEvent|MessageBatch|asynq\.Task|amqp\.Delivery|kafka\.Message|nats\.Msg|Job<[^>]*>|river\.Job|JobContext)|^Job$/,
  ],
  [
    'request',
    /\b(HttpServletRequest|ServerRequest|HttpRequestData|NextRequest|NextApiRequest|FastifyRequest|IncomingMessage|APIGatewayProxyEvent(V2)?|APIGatewayProxyRequest|APIGatewayHttpApiV2ProxyRequest|ResponseWriter|gin\.Context|echo\.Context|fiber\.Ctx|iris\.Context|ServerHttpRequest|ApplicationCall|HttpContext|web\.Request|ServerWebExchange|cobra\.Command|cli\.Context|CommandContext|CallbackQuery|StreamObserver|ActionEvent|AnActionEvent|MouseEvent|KeyboardEvent|KeyEvent|FormEvent|ChangeEvent|SubmitEvent|RoutedEventArgs|EventArgs|ChatInputCommandInteraction|Interaction|UIButton|NSMenuItem|RequestEvent|LoaderFunctionArgs|ActionFunctionArgs|ActionArgs|LoaderArgs|HttpRequest<[^>]*>|Multipart|WebSocket|WebSocketUpgrade|discord\.Message|types\.Message|tgbotapi\.\w+|discordgo\.\w+)\b|\*?http\.Request\b|^(Request|HttpRequest|Context|Update)$|^(axum::)?(extract::)?(State|Form|Query|Extension)<|\bweb::(Json|Data|Form|Query)\b/,
  ],
];

function ofName(fn: CodeFunction, file: SourceFile): SyncSign | undefined {
  const { name } = fn;
  if (/^(GET|POST|PUT|PATCH|DELETE)$/.test(name)) {
    const isCron = /(^|[/_-])crons?(\/|[._-])/i.test(file.path);
    return isCron
      ? { sync: 'batch', sign: `${name} is a route for a schedule`, weight: 'declared' }
      : { sync: 'request', sign: `${name} is a route’s handler`, weight: 'declared' };
  }
  if (name === 'scheduled' && fn.params.length > 0)
    return { sync: 'batch', sign: 'scheduled is started by a schedule', weight: 'declared' };
  if (!/^(lambda_?)?handler$|^(Handle|handle)Request$/i.test(name)) return undefined;
  if (!fn.params.some((each) => /^_?(event|evt|sqsEvent|batch)$/i.test(each.name)))
    return undefined;
  const body = linesOf(file, fn.line, fn.endLine);
  return /\b[Rr]ecords\b/.test(body)
    ? { sync: 'background', sign: `${name} works through an event’s records`, weight: 'declared' }
    : { sync: 'request', sign: `${name} answers an event`, weight: 'named' };
}
