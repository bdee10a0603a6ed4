import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

describe('a request needs something that sends it', () => {
  it.each<[string, Files, string[]]>([
    [
      'a channel sends what it is given to its other end',
      {
        'src/stream.rs':
          'use tokio::sync::mpsc::UnboundedSender;\nconst URL: &str = "https://api.openai.com/v1/chat/completions";\nstruct Out { sender: UnboundedSender<String> }\nimpl Out {\n    fn done(&self) { self.sender.send(URL.to_string()); }\n}\nfn end(out: &Out) { out.done(); }\n',
      },
      [],
    ],
    [
      'an asset or a map is asked for a name',
      {
        'src/roles.rs':
          'use rust_embed::Embed;\nstruct Roles;\nfn role() { Roles::get("https://api.openai.com/v1/chat/completions"); }\n',
        'cache.ts':
          "const cache = new Map();\nexport const f = () => cache.get('https://api.openai.com/v1/chat/completions');\n",
      },
      [],
    ],
    [
      'a function that makes an address, or a request for others, sends nothing',
      {
        'request.ts':
          'export function buildRequest(endpoint: string, body: unknown) {\n  return { url: resolveEndpoint("https://api.openai.com/v1/chat/completions", endpoint), body };\n}\nfunction resolveEndpoint(base: string, path: string) { return base + path; }\n',
        'src/data.rs':
          'pub struct RequestData { url: String }\nimpl RequestData { pub fn new(url: String) -> Self { Self { url } } }\nfn prepare() -> RequestData { RequestData::new("https://api.openai.com/v1/chat/completions".into()) }\n',
      },
      [],
    ],
    [
      'one type’s `new` says nothing of another’s',
      {
        'src/lib.rs':
          'use reqwest::Client;\npub struct Page { url: String }\nimpl Page {\n    pub fn new(url: String) -> Self { Self { url } }\n    pub async fn load(&self, client: &Client) { client.get(&self.url).send().await; }\n}\npub struct Model { url: String }\nimpl Model { pub fn new(url: String) -> Self { Self { url } } }\npub fn make() -> Model { Model::new("https://api.openai.com/v1/chat/completions".into()) }\n',
      },
      [],
    ],
    [
      'one type’s `buildUrl` says nothing of another’s, nor a setting of a field of the same name',
      {
        'traces.yml': 'baseUrl: https://api.deepseek.com/v1\n',
        'Chat.kt':
          'class Chat {\n  val host = "https://api.openai.com/v1/chat/completions"\n  fun buildUrl(path: String) = "https://api.deepseek.com/v1/$path"\n}\n',
        'Dav.kt':
          'import io.ktor.client.HttpClient\nclass DavConfig(val url: String = "", val baseUrl: String = "")\nclass Dav(private val config: DavConfig, private val httpClient: HttpClient) {\n  private fun DavConfig.buildUrl(path: String) = baseUrl + "/$path"\n  suspend fun put(path: String) { httpClient.request(config.buildUrl(path)) { setBody("x") } }\n}\n',
      },
      [],
    ],
  ])('%s', finds);
});

describe('a client that a function hands out sends', () => {
  it.each<[string, Files, string[]]>([
    [
      'kept in a variable',
      {
        'universal.ts':
          'import { bridgedFetch } from "./bridge";\nexport function getTransport() {\n  return inPage() ? bridgedFetch : window.fetch;\n}\n',
        'ai.ts':
          "import { getTransport } from './universal';\nexport async function ask(body) {\n  const transport = getTransport();\n  return transport('https://api.cohere.ai/v1/chat', { method: 'POST', body });\n}\n",
      },
      ['ai.ts:4 http cohere'],
    ],
    [
      'as the default of an option that is taken apart, and of a parameter',
      {
        'sse.ts':
          'import { getTransport } from "./universal";\nexport async function streamFrom(input: string, options: Options) {\n  const { onMessage, go = getTransport(), ...rest } = options;\n  const r = await go(input, rest);\n  for await (const each of r.body) onMessage(each);\n}\n',
        'universal.ts': 'export const getTransport = () => (inPage() ? ownFetch : fetch);\n',
        'ai.ts':
          "import { streamFrom } from './sse';\nexport const ask = (body) => streamFrom('https://api.anthropic.com/v1/messages', { body, onMessage: show });\n",
      },
      ['ai.ts:2 http anthropic'],
    ],
    [
      'as a parameter that is called so',
      {
        'ai.ts':
          "export const ask = (body, fetcher: typeof fetch) =>\n  fetcher('https://api.mistral.ai/v1/chat/completions', { method: 'POST', body });\n",
      },
      ['ai.ts:2 http mistral'],
    ],
  ])('%s', finds);
});

describe('an address that types leave to each other', () => {
  it('is what those that extend a class give', async () => {
    await finds(
      '',
      {
        'base.ts':
          'import { urlJoin } from "url-join-ts";\nexport abstract class Base {\n  abstract baseOf(): string;\n  async ask(body) { return fetch(urlJoin(this.baseOf(), "/chat", "completions"), { method: "POST", body }); }\n}\n',
        'groq.ts':
          'import { Base } from "./base";\nexport class Groq extends Base {\n  baseOf() { return "https://api.groq.com/openai/v1"; }\n}\n',
      },
      ['base.ts:4 http groq'],
    );
  });
});

describe('a request that one function makes and another sends', () => {
  it.each<[string, Files, string[]]>([
    [
      'in Rust, as a builder that is handed on',
      {
        'src/claude.rs':
          'use reqwest::RequestBuilder;\nfn prepare_chat() -> Data { let url = format!("{}/messages", "https://api.anthropic.com/v1"); Data::new(url) }\npub async fn chat(builder: RequestBuilder) -> Result<Out> {\n    let res = builder.send().await?;\n    res.json().await\n}\npub async fn chat_streaming(builder: RequestBuilder) { stream_of(builder, handle).await }\n',
        'src/stream.rs':
          'use reqwest::RequestBuilder;\npub async fn stream_of<F>(builder: RequestBuilder, handle: F) {\n    let mut es = builder.eventsource();\n}\n',
      },
      ['src/claude.rs:4 http anthropic', 'src/claude.rs:7 http anthropic'],
    ],
    [
      'but not where it asks for a token, or to nobody that is known',
      {
        'src/claude.rs':
          'use reqwest::RequestBuilder;\nconst URL: &str = "https://api.anthropic.com/v1/messages";\npub async fn fetch_token(builder: RequestBuilder) { builder.send().await; }\n',
        'src/weather.rs':
          'use reqwest::RequestBuilder;\nconst URL: &str = "https://api.weather.gov/points";\npub async fn ask(builder: RequestBuilder) { builder.send().await; }\n',
      },
      [],
    ],
  ])('%s', finds);
});
