import type { CodeFunction } from '../language/code.ts';
import type { SourceFile } from '../resolve/index.ts';
import { first, type Signs, type SyncSign } from './sign.ts';

/** What the class around a function extends, implements or is annotated with. */
export function ofType(fn: CodeFunction, { code }: SourceFile): SyncSign | undefined {
  const { owner } = fn;
  if (owner === undefined) return undefined;
  for (const { name, supers, marks = [] } of code.types) {
    if (name !== owner) continue;
    if (afterwards.test(fn.name) && supers.some((each) => hooked.test(each)))
      return { sync: 'background', sign: `${fn.name} runs once it is done`, weight: 'declared' };
    for (const each of [...supers, ...marks]) {
      const sync = first(superSigns, each);
      if (sync) return { sync, sign: `${owner} is ${article(each)}`, weight: 'declared' };
    }
  }
  return undefined;
}

/** What an application calls of those that extend it, when something has ended. */
const afterwards =
  /^(on|after|post)_?(complete[d]?|completion|finish(ed)?|done|saved?|created?|transcription|import(ed)?|upload(ed)?|download(ed)?)$/i;
const hooked = /(Plugin|Hooks?|Extension|Addon|PostProcessor)(Base)?$/;

const article = (text: string): string => {
  const word = text.replace(/^[@[]+/, '').match(/\w+/)?.[0] ?? text;
  return `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;
};

/** Classes of frameworks, which say by themselves who calls their methods. */
const superSigns: Signs = [
  [
    'batch',
    /^(IJob|QuartzJobBean|ItemProcessor|ItemWriter|Tasklet|BaseCommand|CronJobPort|AsyncPeriodicBackgroundWorkerBase|IInvocable|IDataSeeder|IDbSeeder)$/,
  ],
  [
    'background',
    /^(BackgroundService|IHostedService|CoroutineWorker|ListenableWorker|RxWorker|JobService|JobIntentService|IntentService|WorkerHost|IConsumer|IAsyncPackage|INotificationHandler|IHandleMessages|MessageListener|AsyncBackgroundJob|BackgroundJob|ShouldQueue|SagaStateMachine|MessageHandler|AcknowledgingMessageListener)$|^\[?@?(Processor|KafkaListener|RabbitListener|RocketMQMessageListener)\b/,
  ],
  [
    'request',
    /^(ControllerBase|Controller|ODataController|ApiController|PageModel|Hub|ComponentBase|APIView|ViewSet|ModelViewSet|GenericAPIView|GenericViewSet|RequestHandler|MethodView|Resource|HttpServlet|View|ViewModel|AndroidViewModel|ObservableObject|UIViewController|NSViewController|UITableViewController|UICollectionViewController|Activity|AppCompatActivity|ComponentActivity|FragmentActivity|Fragment|DialogFragment|BottomSheetDialogFragment|InputMethodService|AnAction|DumbAwareAction|IntentionAction|DialogWrapper|InlineCompletionProvider|DebouncedInlineCompletionProvider|Form|Window|UserControl|QWidget|QMainWindow|QDialog|HTMLElement|LitElement|React|Component|PureComponent|Cog|Plugin|ItemView|PluginSettingTab|Modal|EditorSuggest|WebSocketHandler|TextWebSocketHandler|WebsocketConsumer|AsyncWebsocketConsumer|AppIntent|CommandLineRunner|ParsableCommand|AsyncParsableCommand|Command|RouteCollection|\w*Servicer|TelegramLongPollingBot|ListenerAdapter|ActivityHandler|ChatModelProvider|BaseViewModel|ReactiveObject|ObservableRecipient|BindableBase|ListActivity|TileService|VoiceInteractionSession|action_handler_t|plugin_t|cli_t|TextCommand|WindowCommand|ApplicationCommand)$|^\[?@?(RestController|Controller|ApiController|WebServlet|Path|HiltViewModel|Resolver|WebSocketGateway|Observable|RequestMapping|GrpcService|CommandLine|Command|SlashCommand|ServerEndpoint)\b/,
  ],
];
