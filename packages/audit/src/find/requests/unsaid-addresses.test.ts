import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../../testing/codebase.ts';

type Files = Readonly<Record<string, string>>;

const finds = async (_: string, files: Files, expected: readonly string[]) =>
  expect(places(await auditOf(files))).toEqual(expected);

const csharp = (name: string, body: string) => `using System.Net.Http;
public class ${name} : Base {
${body}
}
`;

describe('a request to an address that only configuration knows', () => {
  it.each<[string, Files, string[]]>([
    [
      'is the one’s whose host its file writes',
      {
        'AzureTranslator.cs': csharp(
          'AzureTranslator',
          `  const string DefaultEndpoint = "https://api.cognitive.microsofttranslator.com";
  async Task Translate(Session session) {
    var uri = CreateUri(session, Endpoint);
    var response = await client.PostAsync(uri, content, token).ConfigureAwait(false);
  }
  private Uri CreateUri(Session session, Uri endpoint) {
    return new Uri(endpoint, "translate?api-version=3.0");
  }`,
        ),
        'Ask.java': `import okhttp3.*;
class Ask {
  static final Preset DEFAULT = new Preset("https://api.anthropic.com/v1");
  Response go(Preset preset, RequestBody body) {
    Request request = new Request.Builder().url(preset.address()).post(body).build();
    return client.newCall(request).execute();
  }
}
`,
      },
      ['Ask.java:6 http anthropic', 'AzureTranslator.cs:6 http azure-ai-services'],
    ],
    [
      'is the one’s whom its class is named after, where it asks something',
      {
        'LibreTranslateTranslator.cs': csharp(
          'LibreTranslateTranslator',
          `  public static async Task<string> TranslateAsync(Uri url, string text) {
    using var httpClient = new HttpClient();
    var response = await httpClient.PostAsync(url, Content(text)).ConfigureAwait(false);
    return Parse(response);
  }
  async Task Go() { await TranslateAsync(new Uri(Url), "hi"); }`,
        ),
      },
      [
        'LibreTranslateTranslator.cs:5 http libretranslate',
        'LibreTranslateTranslator.cs:8 wrapper libretranslate',
      ],
    ],
    [
      'is none where a token is asked for, a backend of one’s own, or one of many',
      {
        'OpenAiLogin.cs': csharp(
          'OpenAiLogin',
          `  const string Host = "https://api.openai.com/v1";
  async Task Login(Uri url) { await client.PostAsync(url, Prompt()); }`,
        ),
        'OpenAiPage.cs': csharp(
          'OpenAiPage',
          `  const string Host = "https://api.openai.com/v1";
  async Task Ask(string prompt) { await client.PostAsync("api/ask", prompt); }`,
        ),
        'Presets.cs': csharp(
          'Presets',
          `  string[] all = { "https://api.openai.com/v1", "https://api.anthropic.com/v1" };
  async Task Ask(Uri url, string prompt) { await client.PostAsync(url, prompt); }`,
        ),
        'Store.cs': csharp(
          'Store',
          `  const string Host = "https://api.openai.com/v1";
  async Task Ask(string store, string text) { await client.PostAsync(store + "/api/v1/collections", text); }`,
        ),
      },
      [],
    ],
    [
      'is a model’s where the function that sends it is named after what it asks for',
      {
        'Emitter.java': `import okhttp3.*;
abstract class Emitter {
  void streamChatCompletions(Params params, String token, String requestUrl, Listener listener) {
    Request request = new Request.Builder().url(with(requestUrl, token)).post(RequestBody.create(json(params), JSON)).build();
    EventSources.createFactory(client).newEventSource(request, listener);
  }
}
`,
        'Ernie.java': `class Ernie extends Emitter {
  void go(Params params) { streamChatCompletions(params, token, config.get("URL"), listener); }
}
`,
      },
      ['Emitter.java:5 http openai-compatible', 'Ernie.java:2 wrapper openai-compatible'],
    ],
  ])('%s', finds);
});

it('what a map keeps under the name of an address is sent nowhere', async () => {
  const source = `import okhttp3.OkHttpClient;
class Ask {
  void go(Map<Key, Wrapper> configMap) {
    String url = configMap.get(Key.OPENAI_BASE_URL).asString();
    configMap.put(Key.OPENAI_BASE_URL, new Wrapper(url));
  }
}
`;
  expect(places(await auditOf({ 'Ask.java': source }))).toEqual([]);
});

it('an address that is filled in with a culture or locale is one', async () => {
  const source = csharp(
    'Memory',
    `  async Task Ask(string q) {
    var url = string.Format(CultureInfo.InvariantCulture, "https://api.mymemory.translated.net/get?q={0}", q);
    url += "&key=1";
    var response = await client.GetAsync(new Uri(url, UriKind.Absolute), token).ConfigureAwait(false);
  }`,
  );
  expect(places(await auditOf({ 'Memory.cs': source }))).toEqual(['Memory.cs:6 http lingvanex']);
});
