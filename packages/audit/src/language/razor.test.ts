import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';
import { razorCodeOf } from './razor.ts';

const page = `\uFEFF@page "/ask"
@using OpenAI.Chat
@inject ChatClient Client
@inject Asker Asker
@if (busy)
{
    <p>Wait, it's "busy" @(count)</p>
}
<button @onclick="Ask">Ask</button>
@code {
    private bool busy;
    // a brace in a comment } and in texts
    private string open = "{", quote = @"say ""}""";
    private char brace = '}';
    private async Task Ask()
    {
        await Dialogs.OpenAsync("Pick", ds =>
            @<Stack Gap="1 > 0"><Stack><Picker Of="@open" /></Stack>
            </Stack>, new Options { Wide = true });
        var found = await Client.CompleteChatAsync("hi");
        await Asker.AskModel($"{found}");
    }
}
<footer />
`;

describe('a Razor component', () => {
  it('is read in its code, with what is injected', async () => {
    const report = await auditOf({
      'Pages/Ask.razor': page,
      'Asker.cs':
        'using OpenAI.Chat;\npublic class Asker\n{\n  private readonly ChatClient chat;\n  public async Task<string> AskModel(string q)\n  {\n    return await chat.CompleteChatAsync(q);\n  }\n}\n',
    });
    expect(places(report)).toEqual([
      'Asker.cs:7 sdk openai',
      'Pages/Ask.razor:20 sdk openai',
      'Pages/Ask.razor:21 wrapper openai',
    ]);
    expect(report.findings[1]?.evidence[0]?.code).toContain('Client.CompleteChatAsync');
    expect(report.findings[1]?.sync).toBe('request');
    expect(report.skipped.partlyAudited).toEqual([]);
  });

  it('may ask a container of services for what it needs', async () => {
    const report = await auditOf({
      'Pages/Ask.razor':
        '@inject IServiceProvider Services\n@code {\n  async Task Go() {\n    using var scope = Services.CreateScope();\n    var asker = scope.ServiceProvider.GetRequiredService<Asker>();\n    await asker.Run("hi");\n  }\n}\n',
      'Asker.cs':
        'using OpenAI.Chat;\npublic class Asker(ChatClient chat)\n{\n  public async Task Run(string q)\n  {\n    await chat.CompleteChatAsync(q);\n  }\n}\n',
      'Other.cs': 'public class Other\n{\n  public async Task Run(string q)\n  {\n  }\n}\n',
    });
    expect(places(report)).toEqual(['Asker.cs:6 sdk openai', 'Pages/Ask.razor:6 wrapper openai']);
  });

  it('keeps its lines, whatever it holds', () => {
    const piece = fc.constantFrom(
      '@code {',
      '@functions{',
      '}',
      '{',
      '"',
      "'",
      '@using A.B',
      '@inject A B',
      '@<A>',
      '</A>',
      '\n',
      '//',
      '/*',
      ' x ',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const source = pieces.join('');
        expect(razorCodeOf(source, 'a/B.razor').split('\n').length).toBe(source.split('\n').length);
      }),
    );
  });
});
