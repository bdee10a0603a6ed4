import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';
import { astroScriptsOf, scriptsOf } from './components.ts';

const ask = `import OpenAI from 'openai';
const client = new OpenAI({ dangerouslyAllowBrowser: true });
async function send(text: string) {
  return client.chat.completions.create({ model: 'gpt-4o', messages: [] });
}
`;

describe('a component', () => {
  it('of Vue is read in its scripts, and imported by what else is', async () => {
    const report = await auditOf({
      'src/Chat.vue': `<template>
  <button @click="send('a < b')">Send & wait</button>
</template>
<!-- <script>client.responses.create({})</script> -->
<script setup lang="ts" generic="T extends Map<string, T>">
${ask}</script>
<style>.a > .b { color: red }</style>
`,
      'src/ask.ts':
        "import { complete } from './Model.vue';\nexport const go = () => complete();\n",
      'src/Model.vue': `<script lang="ts">\n${ask.replace('async function send', 'export async function complete')}</script>\n`,
    });
    expect(places(report)).toEqual([
      'src/Chat.vue:9 sdk openai',
      'src/Model.vue:5 sdk openai',
      'src/ask.ts:2 wrapper openai',
    ]);
    expect(report.findings[0]?.evidence[0]?.code).toContain('client.chat.completions.create');
    expect(report.findings[0]?.sync).toBe('request');
    expect(report.skipped.partlyAudited).toEqual([]);
  });

  it('of Svelte is read, its server’s functions through $lib', async () => {
    const report = await auditOf({
      'src/lib/model.ts': ask.replace('async', 'export async'),
      'src/Chat.svelte': `<script lang="ts">
  import { send } from '$lib/model';
  let text = '';
  const go = () => send(text);
</script>
{#if text}<button onclick={go}>Send</button>{/if}
`,
    });
    expect(places(report)).toEqual([
      'src/Chat.svelte:4 wrapper openai',
      'src/lib/model.ts:4 sdk openai',
    ]);
    expect(report.skipped.partlyAudited).toEqual([]);
  });

  it('of Astro is read between its dashes and in its scripts', async () => {
    const report = await auditOf({
      'src/pages/index.astro': `---
${ask}const answer = await send('x');
if (!answer) return Astro.redirect('/');
---
<p>{answer}</p>
<script>fetch('https://api.openai.com/v1/responses', { method: 'POST' });</script>
`,
    });
    expect(places(report)).toEqual([
      'src/pages/index.astro:5 sdk openai',
      'src/pages/index.astro:7 wrapper openai',
      'src/pages/index.astro:11 http openai',
    ]);
    expect(report.skipped.partlyAudited).toEqual([]);
  });

  it('keeps every line and every column of its scripts, whatever it is made of', () => {
    const piece = fc.constantFrom(
      '<script>',
      '</script>',
      '<!--',
      '-->',
      '---\n',
      'a',
      '"',
      '\n',
      '>',
      '<script a="',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const source = pieces.join('');
        for (const kept of [scriptsOf(source), astroScriptsOf(source)]) {
          expect(kept).toHaveLength(source.length);
          for (let at = 0; at < source.length; at++)
            expect([source[at], source[at] === '\n' ? '\n' : ' ']).toContain(kept[at]);
        }
      }),
    );
  });

  it('leaves out data in script tags', () => {
    expect(scriptsOf('<script type="application/ld+json">{}</script>').trim()).toBe('');
    expect(scriptsOf('<script type="module">x()</script>').trim()).toBe('x()');
  });
});
