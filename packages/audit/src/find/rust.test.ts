import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

describe('a crate that a path begins with', () => {
  it('need not be imported', async () => {
    const report = await auditOf({
      'a.rs':
        'use async_openai::config::OpenAIConfig;\nasync fn f(r: R) {\n    let client = async_openai::Client::with_config(OpenAIConfig::new());\n    client.chat().create(r).await;\n}\n',
    });
    expect(places(report)).toEqual(['a.rs:4 sdk openai']);
  });
});

describe('a request in Rust is found where it is sent', () => {
  it.each<[string, Files, string[]]>([
    [
      'by a client that is made on the spot',
      {
        'src/ask.rs':
          'pub async fn ask(q: &str) {\n    let response = reqwest::Client::new()\n        .post("https://api.openai.com/v1/chat/completions")\n        .json(&q)\n        .send()\n        .await;\n}\n',
      },
      ['src/ask.rs:2 http openai'],
    ],
    [
      'when an event source is made of it',
      {
        'src/ask.rs':
          'use reqwest_eventsource::EventSource;\npub async fn ask(q: &Ask) {\n    let builder = {\n        let body = Body { q };\n        reqwest::Client::new()\n            .post("https://api.openai.com/v1/chat/completions")\n            .json(&body)\n    };\n    let mut source = EventSource::new(builder).unwrap();\n}\n',
      },
      ['src/ask.rs:9 http openai'],
    ],
    [
      'and not where it is only built',
      {
        'src/ask.rs':
          'use reqwest::blocking::Client;\npub fn ask(client: &Client, stream: bool) {\n    let request = client\n        .post("https://api.anthropic.com/v1/messages")\n        .json(&stream);\n    if stream {\n        request.send();\n    } else {\n        read(request.send());\n    }\n}\n',
      },
      ['src/ask.rs:7 http anthropic', 'src/ask.rs:9 http anthropic'],
    ],
    [
      'by a client that is told to execute it',
      {
        'src/ask.rs':
          'pub async fn ask(http: &reqwest::Client) {\n    let request = http.post("https://api.groq.com/openai/v1/chat/completions").build();\n    http.execute(request).await;\n}\n',
      },
      ['src/ask.rs:3 http groq'],
    ],
  ])('%s', finds);
});

const backend =
  'use async_openai::Client;\npub struct OpenAi { client: Client }\nimpl Backend for OpenAi {\n    async fn complete(&self, q: String) -> String { self.client.chat().create(q).await }\n}\n';
const trait = 'pub trait Backend { async fn complete(&self, q: String) -> String; }\n';

describe('a call in Rust means what its receiver is of', () => {
  it.each<[string, Files, string[]]>([
    [
      'where that is a parameter of the type',
      {
        'src/openai.rs': backend,
        'src/chat.rs': `${trait}pub struct Chat<B: Backend> { backend: B }\nimpl<B: Backend> Chat<B> {\n    pub async fn run(&self) { self.backend.complete(question()).await; }\n}\npub async fn twice<B>(backend: &B) where B: Backend + Send { backend.complete(question()).await; }\n`,
      },
      [
        'src/chat.rs:4 wrapper openai',
        'src/chat.rs:6 wrapper openai',
        'src/openai.rs:4 sdk openai',
      ],
    ],
    [
      'where a type is another name of it',
      {
        'src/openai.rs': backend,
        'src/backend.rs': `${trait}pub type BackendBox = Box<dyn Backend + Send + Sync>;\n`,
        'src/run.rs':
          'pub fn pick(name: &str) -> Result<BackendBox> { find(name) }\npub async fn run() {\n    let backend = pick("openai")?;\n    backend.complete(question()).await;\n}\n',
      },
      ['src/openai.rs:4 sdk openai', 'src/run.rs:4 wrapper openai'],
    ],
  ])('%s', finds);
});
