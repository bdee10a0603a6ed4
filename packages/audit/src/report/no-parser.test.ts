import { describe, expect, it } from 'vitest';
import type { AuditReport } from '../finding.ts';
import { auditOf } from '../testing/codebase.ts';
import { summarySentence } from './index.ts';

const without = (report: AuditReport, files: number): AuditReport => ({
  ...report,
  skipped: { ...report.skipped, byReason: { 'no-parser': files } },
});

describe('files whose parser is missing', () => {
  it('are told of in the first sentence, which would else say that nothing calls a model', async () => {
    const report = await auditOf({ 'app/ask.ts': 'export const x = 1;\n' });
    const nothing = 'No call of a model over the network in 1 source file.';
    expect(summarySentence(report)).toBe(nothing);
    expect(summarySentence(without(report, 1))).toBe(
      `${nothing} 1 more was not audited: a parser is missing.`,
    );
    expect(summarySentence(without(report, 2))).toBe(
      `${nothing} 2 more were not audited: a parser is missing.`,
    );
  });
});
