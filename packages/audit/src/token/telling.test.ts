import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tellingOf } from './telling.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 });

describe('telling words', () => {
  it('are found just where one is in the text', () => {
    fc.assert(
      fc.property(letters, fc.array(word, { maxLength: 6 }), (text, words) => {
        expect(tellingOf(words)(bytesOf(text))).toBe(words.some((each) => text.includes(each)));
      }),
    );
  });

  it('are found whatever their case', () => {
    expect(tellingOf(['OpenAI'])(bytesOf('import openai'))).toBe(true);
  });
});
