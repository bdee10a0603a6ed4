import { describe, expect, it } from 'vitest';
import type { Sync } from '../finding.ts';
import { auditOf } from '../testing/codebase.ts';

const js = "import OpenAI from 'openai';\nconst client = new OpenAI();\n";
const ask = 'client.responses.create({ input: q })';
const py = 'from openai import OpenAI\nclient = OpenAI()\n';
const pyAsk = 'client.responses.create(model="m", input=q)';
const go =
  'package a\nimport openai "github.com/sashabaranov/go-openai"\nvar c = openai.NewClient("")\n';
const goAsk = 'c.CreateChatCompletion(ctx, r)';
const cs = 'using OpenAI.Chat;\n';
const csAsk = 'chat.CompleteChat("x");';
const java = 'import com.openai.client.OpenAIClient;\n';
const javaAsk = 'c.chat().completions().create(p);';
const rust = 'use async_openai::Client;\n';
const rustAsk = 'Client::new().chat().create(r).await';
const swift = 'import OpenAI\nlet client = OpenAI(apiToken: "")\n';

type Sample = readonly [sync: Sync, about: string, files: Readonly<Record<string, string>>];

/** One way in which frameworks call the functions of an application. */
const samples: readonly Sample[] = [
  [
    'batch',
    'a loop over a document’s paragraphs',
    { 'a.py': `${py}def render(paragraphs):\n    for q in tqdm(paragraphs):\n        ${pyAsk}\n` },
  ],
  [
    'unknown',
    'a loop that only tries again',
    { 'a.py': `${py}def render(q):\n    for attempt in range(3):\n        ${pyAsk}\n` },
  ],
  [
    'request',
    'a loop over pages in a route’s handler',
    {
      'a.py': `${py}@app.post("/x")\ndef render(pages):\n    for q in pages:\n        ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a function of a command that is installed',
    {
      'pyproject.toml': '[project.scripts]\nx = "x:main"\n',
      'a.py': `${py}def render(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'batch',
    'a function of a command that shows how far it has come',
    {
      'pyproject.toml': '[project]\ndependencies = ["tqdm"]\n[project.scripts]\nx = "x:main"\n',
      'a.py': `${py}def render(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a command that shows how far it has come, and is built for a terminal',
    {
      'pyproject.toml': '[project]\ndependencies = ["tqdm"]\n[project.scripts]\nx = "x:main"\n',
      'requirements.txt': 'typer==0.12\n',
      'a.py': `${py}def render(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a module of a build whose other module is a server',
    {
      'web/pom.xml': '<artifactId>spring-boot-starter-web</artifactId>\n',
      'core/pom.xml': '<artifactId>core</artifactId>\n',
      'core/A.java': `${java}class A {\n  OpenAIClient c;\n  void f() { ${javaAsk} }\n}\n`,
    },
  ],
  [
    'request',
    'an application of Xcode',
    {
      'A.xcodeproj/project.pbxproj': 'productType = "com.apple.product-type.application";\n',
      'A/a.swift': `${swift}func f(q: Q) async throws { try await client.chats(query: q) }\n`,
    },
  ],
  [
    'unknown',
    'a library of Xcode',
    {
      'A.xcodeproj/project.pbxproj': 'productType = "com.apple.product-type.framework";\n',
      'A/a.swift': `${swift}func f(q: Q) async throws { try await client.chats(query: q) }\n`,
    },
  ],
  [
    'request',
    'a handler that Express is given by name',
    { 'a.ts': `${js}const one = async (q) => ${ask};\napp.post('/x', one);\n` },
  ],
  [
    'request',
    'a controller that another file routes to',
    {
      'controller.ts': `${js}export const summarizeText = async (q) => ${ask};\n`,
      'wire.ts': "import * as c from './controller';\nserver.post('/x', guard, c.summarizeText);\n",
    },
  ],
  [
    'request',
    'a procedure of tRPC',
    { 'a.ts': `${js}export const x = procedure.input(z).mutation(async (q) => ${ask});\n` },
  ],
  [
    'request',
    'a route of Next.js',
    { 'app/x/route.ts': `${js}export async function POST(q) { return ${ask}; }\n` },
  ],
  [
    'batch',
    'a route that a schedule asks',
    { 'app/cron/route.ts': `${js}export async function GET(q) { return ${ask}; }\n` },
  ],
  [
    'request',
    'a server action',
    { 'lib/x.ts': `'use server';\n${js}export async function f(q) { return ${ask}; }\n` },
  ],
  [
    'request',
    'a route of Nest',
    { 'a.ts': `${js}export class A {\n  @Post('x')\n  async f(q) { return ${ask}; }\n}\n` },
  ],
  ['background', 'a worker of BullMQ', { 'a.ts': `${js}new Worker('q', async (q) => ${ask});\n` }],
  [
    'background',
    'a processor of Nest’s queues',
    { 'a.ts': `${js}export class A extends WorkerHost {\n  async f(q) { return ${ask}; }\n}\n` },
  ],
  [
    'background',
    'a function for records of SQS',
    {
      'a.ts': `${js}export const handler = async (event) => { for (const q of event.Records) await ${ask}; };\n`,
    },
  ],
  [
    'batch',
    'a job of node-cron',
    { 'a.ts': `${js}cron.schedule('0 3 * * *', async (q) => ${ask});\n` },
  ],
  [
    'batch',
    'Nest’s cron',
    { 'a.ts': `${js}export class A {\n  @Cron('0 3 * * *')\n  async f(q) { return ${ask}; }\n}\n` },
  ],
  ['request', 'a bot of Telegraf', { 'a.ts': `${js}bot.on('text', async (q) => ${ask});\n` }],
  [
    'request',
    'an effect of React',
    { 'a.tsx': `${js}export function A() { useEffect(() => { ${ask}; }, []); return null; }\n` },
  ],
  [
    'request',
    'a handler in an attribute',
    {
      'a.tsx': `${js}export function A(p) { const go1 = async (q) => ${ask}; return <a onClick={() => go1(1)} />; }\n`,
    },
  ],
  [
    'request',
    'an extension’s background page',
    { 'background/x.ts': `${js}chrome.runtime.connect();\nexport const f = (q) => ${ask};\n` },
  ],
  [
    'request',
    'a command of an editor',
    { 'a.ts': `${js}vscode.commands.registerCommand('x', async (q) => ${ask});\n` },
  ],
  [
    'request',
    'a route of Flask',
    { 'a.py': `${py}@app.route("/x")\ndef f():\n    return ${pyAsk}\n` },
  ],
  [
    'request',
    'a view of Django that urls name',
    {
      'a.py': `${py}def summarize_text(q):\n    return ${pyAsk}\n`,
      'urls.py':
        'from a import summarize_text\nurlpatterns = [path("/x", summarize_text)]\nrouter.add_api_route("/y", summarize_text)\n',
    },
  ],
  [
    'request',
    'a view of Django’s REST framework',
    { 'a.py': `${py}class A(APIView):\n    def fetch(self, q):\n        return ${pyAsk}\n` },
  ],
  [
    'request',
    'a command of a Discord bot',
    {
      'a.py': `${py}class A(commands.Cog):\n    async def f(self, ctx, q):\n        return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a handler of a Telegram bot',
    {
      'a.py': `${py}async def reply_to(q):\n    return ${pyAsk}\napp.add_handler(MessageHandler(filters.TEXT, reply_to))\n`,
    },
  ],
  [
    'background',
    'a task of FastAPI’s response',
    {
      'a.py': `${py}def summarize_text(q):\n    return ${pyAsk}\ndef g(tasks):\n    tasks.add_task(summarize_text, 1)\n`,
    },
  ],
  [
    'background',
    'a task of Celery',
    { 'a.py': `${py}@celery.task(bind=True)\ndef f(self, q):\n    return ${pyAsk}\n` },
  ],
  [
    'batch',
    'a job of APScheduler',
    {
      'a.py': `${py}def f_all(q):\n    return ${pyAsk}\nscheduler.add_job(f_all, "cron", hour=3)\n`,
    },
  ],
  [
    'background',
    'records of a Lambda',
    {
      'a.py': `${py}def lambda_handler(event, context):\n    for q in event["Records"]:\n        ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'net/http',
    { 'a.go': `${go}func F(w http.ResponseWriter, q *http.Request) { ${goAsk} }\n` },
  ],
  [
    'request',
    'a route of chi by name',
    {
      'a.go': `${go}func (s *S) Summarize() { ${goAsk} }\nfunc (s *S) Routes(r chi.Router) { r.Post("/x", s.Summarize) }\n`,
    },
  ],
  [
    'batch',
    'a schedule of robfig/cron',
    { 'a.go': `${go}func F() { k.AddFunc("@daily", func() { ${goAsk} }) }\n` },
  ],
  [
    'background',
    'a goroutine that nobody waits for',
    { 'a.go': `${go}func F() { go func() { ${goAsk} }() }\n` },
  ],
  [
    'request',
    'a goroutine that is given a channel, in a program of the terminal',
    {
      'go.mod': 'module a\n\nrequire golang.org/x/term v0.39.0\n',
      'a.go': `${go}func Ask(q string, out chan string) { ${goAsk} }\nfunc (s *Shell) Prompt(q string) { go Ask(q, s.answerChan) }\n`,
    },
  ],
  [
    'request',
    'an action of a program that runs plug-ins',
    {
      'a.py': `import idaapi\n${py}class Explain(idaapi.action_handler_t):\n    def activate(self, ctx):\n        ${pyAsk}\n`,
    },
  ],
  [
    'batch',
    'a script that updates all there is, of a project that has a bot too',
    {
      'requirements.txt': 'openai\npython-telegram-bot\n',
      'update.py': `${py}def update():\n    ids = top()\n    for id in ids:\n        q = stories[id]\n        ${pyAsk}\nupdate()\n`,
    },
  ],
  [
    'background',
    'a function that changes of a table trigger',
    {
      'A.cs': `${cs}public class A { ChatClient chat; [Function("t")] public void T([SqlTrigger("[web].[x]", "c")] List<Change> changes) { ${csAsk} } }\n`,
    },
  ],
  [
    'request',
    'a node of a graph that a server of agents runs',
    {
      'graph.ts': `import { StateGraph } from '@langchain/langgraph';\n${js}async function answer(q) { await ${ask}; }\nexport const graph = new StateGraph(S).addNode('answer', answer).compile();\n`,
    },
  ],
  [
    'batch',
    'a program that a workflow runs on a schedule',
    {
      '.github/workflows/daily.yml':
        "on:\n  schedule:\n    - cron: '0 22 * * *'\njobs:\n  a:\n    steps:\n      - run: uv run src/main.py\n",
      'src/papers.py': `${py}class Paper:\n    def tldr(self, q):\n        return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a server of which a workflow runs a script on a schedule',
    {
      '.github/workflows/daily.yml':
        "on:\n  schedule:\n    - cron: '0 22 * * *'\njobs:\n  a:\n    steps:\n      - run: python clean.py\n",
      'requirements.txt': 'openai\nfastapi\n',
      'src/papers.py': `${py}class Paper:\n    def tldr(self, q):\n        return ${pyAsk}\n`,
    },
  ],
  [
    'background',
    'a bot that is an action',
    {
      'action.yml': 'name: review\nruns:\n  using: node20\n  main: dist/index.js\n',
      'src/bot.ts': `${js}export class Bot { async chat(q) { return await ${ask}; } }\n`,
    },
  ],
  [
    'unknown',
    'a goroutine whose answer is received',
    {
      'a.go': `${go}func F() { ch := make(chan int)\n go func() { ${goAsk}; ch <- 1 }()\n <-ch }\n`,
    },
  ],
  [
    'request',
    'a command of cobra',
    { 'a.go': `${go}func run(cmd *cobra.Command, args []string) { ${goAsk} }\n` },
  ],
  [
    'request',
    'a controller of ASP.NET',
    {
      'A.cs': `${cs}public class A(ChatClient chat) : ControllerBase { public void F() { ${csAsk} } }\n`,
    },
  ],
  [
    'request',
    'a minimal API by name',
    {
      'A.cs': `${cs}public static class A { static ChatClient chat;\n public static void Map(App app) { app.MapPost("/x", Summarize); }\n static void Summarize() { ${csAsk} } }\n`,
    },
  ],
  [
    'background',
    'a hosted service',
    {
      'A.cs': `${cs}public class A(ChatClient chat) : IHostedService { public void F() { ${csAsk} } }\n`,
    },
  ],
  [
    'background',
    'a consumer of MassTransit',
    {
      'A.cs': `${cs}public class A(ChatClient chat) : IConsumer<Order> { public void F() { ${csAsk} } }\n`,
    },
  ],
  [
    'batch',
    'a job of Quartz',
    { 'A.cs': `${cs}public class A(ChatClient chat) : IJob { public void F() { ${csAsk} } }\n` },
  ],
  [
    'request',
    'a button of WPF',
    {
      'A.cs': `${cs}public class A { ChatClient chat; void Init() { send.Click += Summarize; } void Summarize(object s, RoutedEventArgs e) { ${csAsk} } }\n`,
    },
  ],
  [
    'request',
    'a controller of Spring',
    {
      'A.java': `${java}class A {\n  OpenAIClient c;\n  @PostMapping("/x")\n  void f() { ${javaAsk} }\n}\n`,
    },
  ],
  [
    'batch',
    'a schedule of Spring',
    {
      'A.java': `${java}class A {\n  OpenAIClient c;\n  @Scheduled(cron = "0 0 3 * * *")\n  void f() { ${javaAsk} }\n}\n`,
    },
  ],
  [
    'background',
    'an interval of Spring',
    {
      'A.java': `${java}class A {\n  OpenAIClient c;\n  @Scheduled(fixedDelay = 5000)\n  void f() { ${javaAsk} }\n}\n`,
    },
  ],
  [
    'background',
    'a listener of Kafka',
    {
      'A.java': `${java}class A {\n  OpenAIClient c;\n  @KafkaListener(topics = "x")\n  void f() { ${javaAsk} }\n}\n`,
    },
  ],
  [
    'request',
    'an action of an editor',
    {
      'A.java': `${java}class A extends AnAction {\n  OpenAIClient c;\n  void f() { ${javaAsk} }\n}\n`,
    },
  ],
  [
    'unknown',
    'futures that are waited for',
    {
      'A.java': `${java}class A {\n  OpenAIClient c;\n  void f() { Future x = executor.submit(() -> { ${javaAsk} }); x.get(); }\n}\n`,
    },
  ],
  [
    'request',
    'a route of Ktor',
    {
      'A.kt': `${java}class A(val c: OpenAIClient) {\n  fun Route.x() { post("/x") { c.chat().completions().create(p) } }\n}\n`,
    },
  ],
  [
    'background',
    'work of Android',
    {
      'A.kt': `${java}class A(val c: OpenAIClient) : CoroutineWorker() {\n  fun f() { c.chat().completions().create(p) }\n}\n`,
    },
  ],
  [
    'request',
    'a view model of Android',
    {
      'A.kt': `${java}class A(val c: OpenAIClient) : ViewModel() {\n  fun f() { c.chat().completions().create(p) }\n}\n`,
    },
  ],
  [
    'request',
    'a button of SwiftUI',
    {
      'A.swift': `${swift}struct A { var body: some X { Button("x") { Task { try await client.chats(query: q) } } } }\n`,
    },
  ],
  [
    'request',
    'a route of Vapor',
    {
      'A.swift': `${swift}func f(app: Application) { app.post("x") { q in try await client.chats(query: q) } }\n`,
    },
  ],
  [
    'request',
    'a route of axum by name',
    {
      'a.rs': `${rust}async fn summarize(b: B) { ${rustAsk}; }\nfn app() -> Router { Router::new().route("/x", post(summarize)) }\n`,
    },
  ],
  [
    'request',
    'a route of Actix',
    { 'a.rs': `${rust}#[post("/x")]\nasync fn f(b: B) { ${rustAsk}; }\n` },
  ],
  [
    'batch',
    'a program that makes data to seed with, beside a server',
    {
      'web/Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web">\n',
      'seeddata/DataGenerator/A.cs': `${cs}public class A(ChatClient chat) { public void F() { ${csAsk} } }\n`,
    },
  ],
  [
    'batch',
    'an evaluator beside a server',
    {
      'web/Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web">\n',
      'src/Evaluator/A.cs': `${cs}public class A(ChatClient chat) { public void F() { ${csAsk} } }\n`,
    },
  ],
  [
    'request',
    'a script of an agent’s skill',
    { 'skills/draw/scripts/x.py': `${py}def f(q):\n    return ${pyAsk}\n` },
  ],
  [
    'batch',
    'a script that tries out all models',
    { 'scripts/check.ts': `${js}export async function probe(q) { return ${ask}; }\n` },
  ],
  [
    'batch',
    'what a pool of threads runs for each paragraph',
    {
      'requirements.txt': 'gradio\n',
      'a.py': `${py}def render(all):\n    def worker(q):\n        return ${pyAsk}\n    with pools() as executor:\n        return list(executor.map(worker, all))\n`,
    },
  ],
  [
    'batch',
    'a method that a type above declares, and runs in a pool of threads',
    {
      'requirements.txt': 'gradio\n',
      'base.py':
        'class Base:\n    def do_it(self, q):\n        raise NotImplementedError\n    def all(self, qs):\n        # openai\n        pool.map(lambda q: self.do_it(q), qs)\n',
      'a.py': `${py}class A(Base):\n    def do_it(self, q):\n        return ${pyAsk}\n`,
      'b.py': 'class B(Base):\n    def do_it(self, q):\n        return "openai"\n',
    },
  ],
  [
    'request',
    'a handler whose function maps over a few, itself in the handler',
    {
      'a.py': `${py}@app.post("/x")\ndef render(all):\n    return list(pool.map(lambda q: ${pyAsk}, all))\n`,
    },
  ],
  [
    'request',
    'a function whose only caller, by an unusual name, answers a command',
    {
      'a.py': `${py}class Index:\n    def index_file(self, q):\n        return ${pyAsk}\n`,
      'b.py':
        '# openai\nclass A(commands.Cog):\n    async def f(self, ctx):\n        await self.unknown.of(ctx).index_file(1)\n',
    },
  ],
  [
    'request',
    'a function that cuts the background out',
    {
      'requirements.txt': 'fastapi\n',
      'a.py': `${py}def remove_background(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'background',
    'what is thrown away in a controller’s service',
    {
      'A.cs': `${cs}public class A(ChatClient chat) { async Task AskAsync() { ${csAsk} }\n public void Later() {\n  _ = AskAsync();\n } }\n`,
      'B.cs':
        'using OpenAI.Chat;\npublic class B(A a) : ControllerBase { public void F() { a.Later(); } }\n',
    },
  ],
  [
    'background',
    'the title of a conversation, which nobody is given',
    {
      'package.json': '{"dependencies": {"react": "1"}}',
      'a.ts': `${js}export class A {\n  generateTitle(q) {\n    ${ask}.then((r) => this.keep(r));\n  }\n}\n`,
    },
  ],
  [
    'request',
    'the title of a conversation, which its caller is given',
    {
      'package.json': '{"dependencies": {"react": "1"}}',
      'a.ts': `${js}export async function generateTitle(q) {\n  const r = await ${ask};\n  return r.text;\n}\n`,
    },
  ],
  [
    'request',
    'the title of a conversation, for which a command waits as well',
    {
      'a.py': `${py}def name_title(q):\n    keep(${pyAsk})\n\n@cli.command()\ndef chat(q):\n    name_title(q)\n`,
    },
  ],
  [
    'request',
    'a plug-in of Eclipse',
    {
      'p/META-INF/MANIFEST.MF':
        'Bundle-SymbolicName: x\nRequire-Bundle: org.eclipse.core.runtime,\n org.eclipse.ui.workbench;bundle-version="3.1"\n',
      'p/src/A.java': `${java}class A { OpenAIClient c; void f() { ${javaAsk} } }\n`,
    },
  ],
  [
    'background',
    'an action that events of a repository run',
    {
      'action.yml': 'name: x\nruns:\n  using: docker\n  image: Dockerfile\n',
      'actions/a.py': `${py}def review(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'an action beside a command that is installed',
    {
      'action.yml': 'name: x\nruns:\n  using: node20\n  main: out/action.js\n',
      'package.json': '{\n"bin": {"x": "cli.js"}}',
      'a.ts': `${js}export const review = (q) => ${ask};\n`,
    },
  ],
  [
    'background',
    'a script that the events of a repository run',
    {
      'a.ts': `import * as core from '@actions/core';\n${js}const review = (q) => ${ask};\n`,
    },
  ],
  [
    'batch',
    'a script of a server that goes through all there is',
    {
      'package.json': '{"dependencies": {"next": "13"}}',
      'lib/a.ts': `${js}async function fill() {\n  for (const { q } of sections) {\n    await ${ask};\n  }\n}\nasync function main() {\n  await fill();\n}\nmain().catch((error) => console.error(error));\n`,
    },
  ],
  [
    'request',
    'a script of a server that asks again and again',
    {
      'package.json': '{"dependencies": {"next": "13"}}',
      'lib/a.ts': `${js}async function main() {\n  for (const attempt of attempts) {\n    await ${ask};\n  }\n}\nmain();\n`,
    },
  ],
  [
    'background',
    'a member who joins, whom a bot greets',
    {
      'a.py': `${py}class A(commands.Cog):\n    @commands.Cog.listener()\n    async def on_member_join(self, q):\n        return ${pyAsk}\n`,
    },
  ],
  [
    'background',
    'a loop that takes from a queue',
    {
      'a.py': `${py}class A(commands.Cog):\n    async def f(self):\n        while True:\n            q = await self.queue.get()\n            ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a task that is waited for, on two lines',
    {
      'A.cs': `${cs}using System.Windows;\npublic class A(ChatClient chat) { async Task F() {\n  var r = await Task\n    .Run(() => { ${csAsk} });\n } }\n`,
    },
  ],
  [
    'batch',
    'a loop whose brace stands on a line of its own, over all items',
    {
      'A.csproj': '<UseWPF>true</UseWPF>',
      'A.cs': `${cs}class A(ChatClient chat)\n{\n  async Task Fill(Session session)\n  {\n    foreach (var group in session.Items.GroupBy(each => each.Language))\n    {\n      ${csAsk}\n    }\n  }\n}\n`,
    },
  ],
  [
    'request',
    'a loop over one field of what stands in the plural',
    {
      'A.csproj': '<UseWPF>true</UseWPF>',
      'A.cs': `${cs}class A(ChatClient chat)\n{\n  async Task Fill()\n  {\n    foreach (var each in ParsedChapters.chapter)\n    {\n      ${csAsk}\n    }\n  }\n}\n`,
    },
  ],
  [
    'batch',
    'loops within loops, which try out all there is',
    {
      'package.json': '{"dependencies": {"tauri": "1"}}',
      'a.rs': `${rust}async fn f(r: R) {\n  for a in &heats {\n    for b in &depths {\n      for c in &widths {\n        ${rustAsk};\n      }\n    }\n  }\n}\n`,
    },
  ],
  [
    'request',
    'a window’s program, although it shows how far something has come',
    {
      'pyproject.toml':
        '[project]\ndependencies = [\n  "tqdm",\n  "PyQt6==6.8",\n]\n[project.scripts]\nx = "x:main"\n',
      'a.py': `${py}def render(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a program for a terminal by the newer name of what it is built on',
    {
      'go.mod': 'module x\nrequire (\n\tcharm.land/bubbletea/v2 v2.0.8\n)\n',
      'p/a.go': `${go}func Ask() { ${goAsk} }\n`,
    },
  ],
  [
    'background',
    'a type whose objects a queue’s worker makes',
    {
      'api_file_reader.py': `${py}class Reader(Base):\n    def read(self, q):\n        return ${pyAsk}\n`,
      'queue.py':
        'from api_file_reader import Reader\nclass FileQueueWorker:\n    def take(self):\n        self.reader = Reader(self.task)\n',
    },
  ],
  [
    'background',
    'a plugin that is told when something has ended',
    {
      'a.py': `${py}class A(AppPlugin):\n    def on_complete(self, q):\n        return ${pyAsk}\n`,
    },
  ],
  [
    'request',
    'a worker within a function that is asked by a route',
    {
      'a.py': `${py}@app.post("/x")\nasync def speak(q):\n    async def worker():\n        return ${pyAsk}\n    return await worker()\n`,
    },
  ],
  [
    'request',
    'what a page looks for every second, for as long as it is open',
    {
      'a.tsx': `${js}export const startPlaying = (q) => {\n  const check = async () => {\n    await ${ask};\n  };\n  const timer = setInterval(check, 1000);\n  return () => clearInterval(timer);\n};\nexport const Page = () => {\n  useEffect(() => startPlaying(q), []);\n};\n`,
    },
  ],
  [
    'batch',
    'a task of a scheduler that says when',
    {
      'a.py': `${py}@scheduler.task('cron', id='news', hour=1)\ndef news(q):\n    return ${pyAsk}\n`,
    },
  ],
  [
    'background',
    'an action that only the server’s own scheduler starts',
    {
      'convex/a.ts': `import { internalAction } from './_generated/server';\n${js}export const fill = internalAction({\n  args: {},\n  handler: async (ctx, q) => {\n    await ${ask};\n  },\n});\n`,
    },
  ],
];

describe('who waits', () => {
  it.each(samples)('is %s: %s', async (sync, _, files) => {
    const { findings } = await auditOf(files);
    expect(findings[0]?.evidence.at(-1)?.says ?? 'nothing found').toMatch(
      sync === 'unknown' ? /./ : `${sync}: `,
    );
    expect(findings[0]?.sync).toBe(sync);
  });

  it('is nobody for who calls what goes through all items', async () => {
    const { findings } = await auditOf({
      'A.csproj': '<UseWPF>true</UseWPF>',
      'A.cs': `${cs}class A(ChatClient chat)\n{\n  Task Go(Session session) => Fill(session);\n  async Task Fill(Session session)\n  {\n    foreach (var each in session.Items)\n    {\n      ${csAsk}\n    }\n  }\n}\n`,
    });
    expect(findings.map(({ line, sync }) => [line, sync])).toEqual([
      [4, 'batch'],
      [9, 'batch'],
    ]);
  });

  it('is nobody for what starts a script that goes through all there is', async () => {
    const { findings } = await auditOf({
      'package.json': '{"dependencies": {"next": "13"}}',
      'lib/a.ts': `${js}async function fill() {\n  for (const { q } of sections) {\n    await ${ask};\n  }\n}\nasync function main() {\n  await fill();\n}\nmain();\n`,
    });
    expect(findings.map(({ line, sync }) => [line, sync])).toEqual([
      [5, 'batch'],
      [9, 'batch'],
    ]);
  });
});
