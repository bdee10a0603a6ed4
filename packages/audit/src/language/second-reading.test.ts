import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

describe('what a parser stumbles over though people write it', () => {
  it.each<[string, string, string, string]>([
    [
      'an & in the text of JSX',
      'page.tsx',
      `import OpenAI from 'openai';
const client = new OpenAI();
export const Page = ({ a, b }) => (
  <form title="Terms & more">
    R&D: it's “Terms & Conditions” &amp; more
    <button onClick={() => client.chat.completions.create({ model: 'm', messages: [] })}>
      Save & Send
    </button>
    {a && b}<span>&</span>
  </form>
);
`,
      'page.tsx:6 sdk openai',
    ],
    [
      'an & in an address that JSX holds',
      'page.jsx',
      `import OpenAI from 'openai';
const client = new OpenAI();
export const Page = () => <a href="https://example.org/?a=1&tab=two#x" onClick={() => client.responses.create({ model: 'm' })}>go</a>;
`,
      'page.jsx:3 sdk openai',
    ],
    [
      'conditions of the compiler in Swift',
      'Ask.swift',
      `import OpenAI
final class Ask {
#if os(macOS)
  private let pace = Pace(delay: 0.1)
#else
  private let pace = Pace(delay: 0.2)
#endif
  let openAI = OpenAI(apiToken: key)
  func ask() async throws { try await openAI.chats(query: query) }
}
`,
      'Ask.swift:9 sdk openai',
    ],
    [
      'conditions of the compiler in C#',
      'Ask.cs',
      `using OpenAI.Chat;
class Ask {
  object Settings() => new {
#if DEBUG
    level = 1,
#endif
    name = "x",
  };
  object Go(ChatClient client) => client.CompleteChat("hello");
}
`,
      'Ask.cs:9 sdk openai',
    ],
    [
      'open ranges of Kotlin',
      'Ask.kt',
      `import com.aallam.openai.client.OpenAI
class Ask(private val api: OpenAI) {
  suspend fun ask() { for (i in 0..<3) api.chatCompletion(request) }
}
`,
      'Ask.kt:3 sdk openai',
    ],
  ])('%s is no error, and hides no call', async (_, path, text, place) => {
    const report = await auditOf({ [path]: text });
    expect(places(report)).toEqual([place]);
    expect(report.skipped.partlyAudited).toEqual([]);
  });

  it('an & where none belongs is an error still, at its line', async () => {
    const report = await auditOf({
      'ask.ts': `import OpenAI from 'openai';
const client = new OpenAI();
export const ask = (m) => client.chat.completions.create({ model: 'm', messages: m });
const broken = & 1;
`,
    });
    expect(report.skipped.partlyAudited).toEqual([{ path: 'ask.ts', line: 4 }]);
  });
});
