import { describe, expect, it } from 'vitest';
import { auditOf } from '../testing/codebase.ts';
import { auditPage, markdownOf, notReadSentence, sarifOf } from './index.ts';

const sentence =
  'Not read, so no call in it is found: Ruby (2 files), Dart (1 file), Notebooks (1 file).';

describe('a language that is not read', () => {
  it('is said in every report, with how many files it has', async () => {
    const report = await auditOf({
      'app/ask.rb': 'OpenAI::Client.new.chat(parameters: {})\n',
      'app/more.rb': '',
      'lib/main.dart': '',
      'lib/main.g.dart': '',
      'test/ask_test.rb': '',
      'vendor/gem.rb': '',
      'study.ipynb': '{}',
      'app/ask.ts': 'export const x = 1;\n',
      'README.md': '',
    });
    expect(report.skipped.notRead).toEqual({ Ruby: 2, Dart: 1, Notebooks: 1 });
    expect(report.skipped.byReason).toEqual({ generated: 1, test: 1 });
    expect(notReadSentence(report)).toBe(sentence);
    expect(markdownOf(report)).toContain(sentence);
    expect(auditPage(report)).toContain(sentence);
    expect(JSON.stringify(sarifOf(report))).toContain(sentence);
  });

  it('is not spoken of where there is none', async () => {
    const report = await auditOf({ 'app/ask.ts': 'export const x = 1;\n' });
    expect(report.skipped.notRead).toEqual({});
    expect(notReadSentence(report)).toBe('');
    expect(markdownOf(report).trimEnd()).toBe(markdownOf(report).replace(/\n$/, ''));
  });
});
