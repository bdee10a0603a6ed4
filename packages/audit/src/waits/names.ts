import type { CallSite, CodeFunction } from '../language/code.ts';
import { first, type Signs, type SyncSign } from './sign.ts';

/** What the names of the functions around a call suggest, and of its class. */
export function namedSign(call: CallSite, path: string): SyncSign | undefined {
  for (let fn: CodeFunction | undefined = call.fn; fn; fn = fn.outer) {
    const { name } = fn;
    const sync = name === '' ? undefined : first(nameSigns, name);
    if (sync === 'request' && measures.test(name) && first(pathSigns, path) === 'batch') continue;
    // A worker within a function works for whoever called that.
    if (sync === 'background' && fn.outer && fn.outer.name !== '') continue;
    if (sync) return { sync, sign: `it is in ${name}`, weight: 'named' };
  }
  const owner = call.owner ?? call.fn?.owner;
  return owner === undefined ? undefined : ownerSign(owner);
}

/** What the name of a class suggests of its methods. */
export function ownerSign(owner: string): SyncSign | undefined {
  const sync = first(ownerSigns, owner);
  return sync && { sync, sign: `it is in ${owner}`, weight: 'named' };
}

/** Whether a name fits one thing as well as many: one file is indexed, one request is a batch. */
export const saysLittle = ({ sign }: SyncSign): boolean =>
  /^it is in (\w*_)?index_\w+$|^it is in \w+_batch$/.test(sign);

/** What a file's name and its directories suggest. */
export function pathSign(call: CallSite, path: string): SyncSign | undefined {
  if (skill.test(path))
    return { sync: 'request', sign: `${path} is a tool of an agent’s skill`, weight: 'placed' };
  const sync = first(pathSigns, path);
  if (sync) return { sync, sign: `it is in ${path}`, weight: 'placed' };
  if (call.inLoop && !call.fn)
    return { sync: 'batch', sign: 'it runs in a loop of a script', weight: 'placed' };
  return undefined;
}

/** Scripts that an agent runs when it is asked for something, by where skills keep them. */
const skill = /(^|\/)skills\/[^/]+\/scripts\//;

/** What tries out one thing for a person tries out all in a script. */
const measures = /^_*(probe|ping|health|test|check|verify|validate)/i;

const nameSigns: Signs = [
  [
    'request',
    /^(on|handle)_?(Click|Submit|Press|Tap|Change|Send|Message|Key|Request|Input|Text|Voice|Photo|Command|Chat|Generate)|^(doPost|doGet|loader|action|actionPerformed)$|^(handle|serve)[A-Z_]?.*(request|chat|message|query|completion|prompt|command)s?$|(Handler|_handler|Controller|Action|_command|Command|_endpoint|_view)$|^use[A-Z]|^_*(probe|ping|health_?check|(test|check|verify|validate)_?(api_?)?(key|connection|credentials))(_|[A-Z]|$)/i,
  ],
  [
    'batch',
    /(^|_)(batch|backfill|bulk|migrate|seed|ingest|evaluate|benchmark|eval|crawl|reindex|nightly|daily|weekly)(_|$|[A-Z])|(Batch|Backfill|Bulk|Reindex|Nightly)|(^|_)index(_|[A-Z])|^Seed|^(Ingest|Evaluate|Crawl|Backfill|Migrate)([A-Z]|$)/,
  ],
  [
    'background',
    /(^|_)(worker|job|cron|consume|consumer|process_(queue|job)|scheduled|poll|(?<!(remove|replace|change|blur|generate|edit|transparent|image|fill|add|set)_)background)(_|$|[A-Z])|(Worker|Job|Consumer|Cron)$|^(Consume|Poll|RunWorker)([A-Z]|$)/,
  ],
];

const ownerSigns: Signs = [
  [
    'batch',
    /(Seed(er)?|Indexer(Service)?|Ingest(or|er|ion)?(Service)?|Backfill\w*|Importer|Crawler|Evaluator|Benchmark|Migration|Migrator)$/,
  ],
  ['background', /(Worker|Job|Consumer|Scheduler|BackgroundService|HostedService|Task)$/],
  [
    'request',
    /(Controller|ViewModel|View|Handler|Activity|Fragment|Screen|Resource|Endpoint|Resolver|Page|Command|Action|Hub|Bot|Dialog|Panel|Widget|Window|Form)$/,
  ],
];

const pathSigns: Signs = [
  [
    'batch',
    /(^|\/|[_-])(scripts?|notebooks?|benchmarks?|evals?|evaluations?|migrations?|seeds?|seeders?|seeding|seed[-_]?data|evaluators?|data[-_]?(generators?|generation|ingest(ion|ors?|ers?)?)|ingest(ion|er|or)?|indexing|indexers?|crons?|scheduled|backfills?|crawlers?|etl)(\/|\.|_|-)/i,
  ],
  [
    'background',
    /(^|\/|[_-])(workers?|jobs?|tasks|bgtasks?|queues?|consumers?|celery|background|processors?|subscribers?)(\/|\.|_|-)|(Worker|Job|Consumer)\./i,
  ],
  [
    'request',
    /(^|\/|[_-])(routes?|routers?|controllers?|api(?![_-])|endpoints?|handlers?|views?|components?|screens?|ui|hooks|viewmodels?|cmd|commands?|cli|bots?|pages|actions?|mutations|resolvers?|cogs|sidebar|popup|content[-_]?scripts?|dialogs?|panels?|widgets?)(\/|\.|_|-)|(ViewModel|Controller|Handler|View|Activity|Screen|Fragment)\.|\.(vue|svelte|razor|cshtml)$/i,
  ],
];
