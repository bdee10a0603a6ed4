import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

const importing = 'import com.openai.client.OpenAIClient\n';

describe('a wrapper is known by the type of what it is called on', () => {
  it.each<[string, Files, string[]]>([
    [
      'that a generic function gives, in Kotlin',
      {
        'Api.kt':
          'interface Answerer<T : Setting> {\n  suspend fun answer(setting: T): String\n}\nclass Answerers(private val all: Map<String, Answerer<*>>) {\n  fun <T : Setting> byType(setting: T): Answerer<T> = all[setting.name] as Answerer<T>\n}\n',
        'OpenAi.kt': `${importing}class OpenAi(private val client: OpenAIClient) : Answerer<OpenAiSetting> {\n  override suspend fun answer(setting: OpenAiSetting): String =\n    client.chat().completions().create(setting).toString()\n}\n`,
        'Desk.kt':
          'class Desk(private val answerers: Answerers) {\n  suspend fun go(setting: Setting): String {\n    val handler = answerers.byType(setting)\n    return handler.answer(setting)\n  }\n}\n',
      },
      ['Desk.kt:4 wrapper openai', 'OpenAi.kt:4 sdk openai'],
    ],
    [
      'that a container of services is asked for, in Java',
      {
        'Gpt.java':
          'import com.openai.client.OpenAIClient;\nclass Gpt {\n  private OpenAIClient client;\n  String handle(String q) { return client.chat().completions().create(q).toString(); }\n}\n',
        'Desk.java':
          'class Desk {\n  void go(String q) {\n    var application = ApplicationManager.getApplication();\n    application.getService(Gpt.class).handle(q);\n    Gpt gpt = context.getBean("gpt", Gpt.class);\n    gpt.handle(q);\n    table.getField(Gpt.class).handle(q);\n  }\n}\n',
      },
      ['Desk.java:4 wrapper openai', 'Desk.java:6 wrapper openai', 'Gpt.java:4 sdk openai'],
    ],
    [
      'that a container of services is asked for, in Kotlin',
      {
        'Gpt.kt': `${importing}class Gpt(private val client: OpenAIClient) {\n  fun handle(q: String) = client.chat().completions().create(q)\n}\n`,
        'Desk.kt':
          'class Desk {\n  fun go(q: String) {\n    service<Gpt>().handle(q)\n    project.getService(Gpt::class.java).handle(q)\n    val gpt = get<Gpt>()\n    gpt.handle(q)\n  }\n}\n',
      },
      [
        'Desk.kt:3 wrapper openai',
        'Desk.kt:4 wrapper openai',
        'Desk.kt:6 wrapper openai',
        'Gpt.kt:3 sdk openai',
      ],
    ],
    [
      'that a static field holds, in Swift',
      {
        'Store.swift':
          'import OpenAI\nfinal class Store {\n  static let shared = Store()\n  let client = OpenAI(apiToken: "")\n  func answer(_ q: String) async { let r = try await client.chats(query: q) }\n}\n',
        'Panel.swift':
          'struct Panel {\n  var store = Store.shared\n  func send() async { await store.answer("q") }\n}\n',
      },
      ['Panel.swift:3 wrapper openai', 'Store.swift:5 sdk openai'],
    ],
    [
      'that a cast names, or a tool makes a property of, in C#',
      {
        'Gpt.cs':
          'using OpenAI.Chat;\npublic interface ITalker { Task<string> TalkAsync(string q); }\npublic class Gpt : ITalker {\n  private readonly ChatClient _client = new("gpt");\n  public async Task<string> TalkAsync(string q) => (await _client.CompleteChatAsync(q)).ToString();\n}\n',
        'View.cs':
          'public partial class View {\n  [ObservableProperty] private ITalker? _talker;\n  private object _any;\n  public async Task Go() {\n    await Talker!.TalkAsync("a");\n    await ((ITalker)_any!).TalkAsync("b");\n  }\n}\n',
      },
      ['Gpt.cs:5 sdk openai', 'View.cs:5 wrapper openai', 'View.cs:6 wrapper openai'],
    ],
    [
      'of which few reach a model: then none',
      {
        'Find.kt': `${importing}interface Finder { fun find(q: String): String }\nclass AiFinder(private val client: OpenAIClient) : Finder { override fun find(q: String) = client.chat().completions().create(q).toString() }\nclass A : Finder { override fun find(q: String) = q }\nclass B : Finder { override fun find(q: String) = q }\nclass C : Finder { override fun find(q: String) = q }\nclass Page(private val finder: Finder) { fun go() = finder.find("q") }\n`,
      },
      ['Find.kt:3 sdk openai'],
    ],
  ])('%s', finds);

  it('or by the family that a language leaves untyped, less surely', async () => {
    const report = await auditOf({
      'base.py': 'class Base:\n    def translate(self, text):\n        raise NotImplementedError\n',
      'gpt.py':
        'import openai\nfrom base import Base\n\nclass Gpt(Base):\n    def translate(self, text):\n        return openai.OpenAI().chat.completions.create(messages=[text])\n',
      'claude.py':
        'import anthropic\nfrom base import Base\n\nclass Claude(Base):\n    def translate(self, text):\n        return anthropic.Anthropic().messages.create(messages=[text])\n',
      'loader.py':
        'class Loader:\n    def __init__(self, model, key):\n        self.translate_model = model(key)\n\n    def load(self, text):\n        table = str.maketrans("a", "b")\n        return self.translate_model.translate(text.translate(table))\n',
    });
    expect(places(report)).toEqual([
      'claude.py:6 sdk anthropic',
      'gpt.py:6 sdk openai',
      expect.stringMatching(/^loader.py:7 wrapper/),
    ]);
    expect(report.findings.at(-1)?.confidence).toBeLessThan(0.7);
  });
});

describe('an address belongs to the type that it is given to', () => {
  it.each<[string, Files, string[]]>([
    [
      'by one of its constructors, through a property that it inherits',
      {
        'Base.cs':
          'public partial class Base { [ObservableProperty] private string _url = string.Empty; }\n',
        'DeepL.cs':
          'using System.Net.Http;\npublic class DeepL : Base {\n  public DeepL() : this("https://api-free.deepl.com/v2/translate", "DeepL") {}\n  public DeepL(string url, string name) { Url = url; Name = name; }\n  public async Task<string> Ask(HttpClient http, string q) => await http.PostAsync(Url, q);\n}\n',
      },
      ['DeepL.cs:5 http deepl'],
    ],
    [
      'as its default, in a nested class whose object is declared',
      {
        'Options.kt':
          'sealed class Options {\n  data class Grok(val customUrl: String = "https://api.x.ai/v1/responses") : Options()\n}\n',
        'Grok.kt':
          'import okhttp3.OkHttpClient\nimport okhttp3.Request\nclass Grok(private val httpClient: OkHttpClient) {\n  fun ask(options: Options.Grok, body: RequestBody): String {\n    val request = Request.Builder().url(options.customUrl).post(body).build()\n    return httpClient.newCall(request).execute().body.string()\n  }\n}\n',
      },
      ['Grok.kt:6 http xai'],
    ],
    [
      'or named by what extends it, and sent by what extends the client in another file',
      {
        'Sse.kt':
          'import okhttp3.OkHttpClient\nfun OkHttpClient.eventsOf(request: Request): Flow<Event> = callbackFlow {\n  createFactory(this@eventsOf).newEventSource(request, listener)\n}\n',
        'Settings.kt': 'data class Remote(val root: String = "https://api.deepseek.com/v1")\n',
        'Talk.kt':
          'import okhttp3.OkHttpClient\nimport okhttp3.Request\nprivate fun Remote.endpoint(): String = root + "/chat/completions"\nclass Talk(private val httpClient: OkHttpClient, private val remote: Remote) {\n  suspend fun go(body: RequestBody) {\n    val request = Request.Builder().url(remote.endpoint()).post(body).build()\n    httpClient.eventsOf(request).collect { show(it) }\n  }\n}\n',
      },
      ['Talk.kt:7 http deepseek'],
    ],
  ])('%s', finds);

  it('and who lists models asks none', async () => {
    await finds(
      '',
      {
        'cache.ts':
          "export async function listLocal(base = 'http://localhost:11434') {\n  return (await fetch(base + '/api/tags')).json();\n}\n",
        'setup.ts':
          "import { listLocal } from './cache';\nexport async function setUpOllama() {\n  return listLocal('http://localhost:11434');\n}\nexport const run = () => setUpOllama();\n",
      },
      [],
    );
  });
});
