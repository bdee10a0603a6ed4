import { describe, expect, it } from 'vitest';
import { auditOf, places } from '../testing/codebase.ts';

/** Names that are bound again and again, each of what the others were. */
const tangle = Array.from(
  { length: 60 },
  (
    _,
    at,
  ) => `    for text in clean(rows[text], words):\n        words = join(text, words).strip().get(text)
        rows = [text.replace(words, "${at}") for text in words.values()]`,
).join('\n');

describe('code in which every name leads to every other', () => {
  it('may declare a name by itself', async () => {
    const source = `import OpenAI from 'openai';
export const client: typeof client = pick(other);
export const other: typeof client | typeof other = pick(client);
export const ask = () => client.responses.create({ model: 'm' });
export const go = () => new OpenAI().responses.create({ model: 'm' });
`;
    expect(places(await auditOf({ 'ask.ts': source }))).toContain('ask.ts:5 sdk openai');
  });

  it('is followed so far and no farther', { timeout: 20_000 }, async () => {
    const source = `import requests\nfrom openai import OpenAI\n\ndef ask(text, words, rows):\n${tangle}
    requests.post(text, json=words)
    return OpenAI().chat.completions.create(model="m", messages=words)\n`;
    expect(places(await auditOf({ 'ask.py': source }))).toEqual(['ask.py:186 sdk openai']);
  });
});
