import { describe, expect, it } from 'vitest';
import { codeSpan, plainText } from './markdown-text.ts';

describe('text inside Markdown', () => {
  it('stays code, whatever backticks and lines it holds', () => {
    expect(codeSpan('/model/conv1')).toBe('`/model/conv1`');
    expect(codeSpan('a`b``c')).toBe('``` a`b``c ```');
    expect(codeSpan('one\r\n# two')).toBe('`one # two`');
  });

  it('is no markup, link, table or HTML as prose', () => {
    expect(plainText('plain, as most is: 3.2 dB (a_b)')).toBe('plain, as most is: 3.2 dB (a_b)');
    expect(plainText('<b>|`x`|*y*\n[z](u)')).toBe('\\<b\\>\\|\\`x\\`\\|\\*y\\* \\[z\\](u)');
  });
});
