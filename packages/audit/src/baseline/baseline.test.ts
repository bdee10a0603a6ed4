import { describe, expect, it } from 'vitest';
import type { AuditReport } from '../finding.ts';
import { auditPage, markdownOf, sarifOf } from '../report/index.ts';
import { auditOf } from '../testing/codebase.ts';
import { againstBaseline } from './baseline.ts';

const old = 'sk-proj-Zq8vT2mLw9XcB4nK7pRd3sFh6jGy';
const fresh = 'sk-proj-Qw3eR5tY7uI9oP1aS2dF4gH6jK8l';
const file = (...keys: string[]) => keys.map((each, at) => `k${at} = "${each}"\n`).join('');
const against = (now: AuditReport, earlier: AuditReport | object) =>
  againstBaseline(now, JSON.stringify(earlier), 'b.json');

describe('keys and a baseline', () => {
  it('a key that it does not know is new, in the place of another too', async () => {
    const earlier = await auditOf({ 'a.py': file(old) });
    const both = against(await auditOf({ 'a.py': file(fresh, old) }), earlier);
    expect(both.secrets.map(({ line, new: isNew }) => [line, isNew])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(both.baseline?.secrets).toEqual({ known: 1, new: 1, gone: 0 });
    const replaced = against(await auditOf({ 'a.py': file(fresh) }), earlier);
    expect(replaced.baseline).toEqual({
      known: 0,
      new: 0,
      gone: 0,
      secrets: { known: 0, new: 1, gone: 1 },
    });
    expect(markdownOf(replaced)).toContain('- **new** `a.py:1` openai');
    expect(auditPage(replaced)).toContain('new <code>a.py:1</code> openai');
    expect(sarifOf(replaced)).toMatchObject({ runs: [{ results: [{ baselineState: 'new' }] }] });
  });

  it('a key that it knows is known wherever it stands', async () => {
    const earlier = await auditOf({ 'a.py': file(old) });
    const moved = against(await auditOf({ 'lib/b.py': `\n\n${file(old, old)}` }), earlier);
    expect(moved.baseline?.secrets).toEqual({ known: 2, new: 0, gone: 0 });
  });

  it('its fingerprint gives nothing of the key away', async () => {
    const report = await auditOf({ 'a.py': file(old) });
    const [{ fingerprint } = { fingerprint: '' }] = report.secrets;
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    const text = JSON.stringify(against(report, report));
    for (let at = 8; at + 4 <= old.length; at++) expect(text).not.toContain(old.slice(at, at + 4));
  });

  it('one from before keys had fingerprints knows as many as it lists, where they stood', async () => {
    const { findings, secrets } = await auditOf({ 'a.py': file(old) });
    const unmarked = secrets.map(({ fingerprint: _, ...rest }) => rest);
    const earlier = { findings, secrets: unmarked };
    const both = against(await auditOf({ 'a.py': file(old, fresh) }), earlier);
    expect(both.baseline?.secrets).toEqual({ known: 1, new: 1, gone: 0 });
    const elsewhere = against(await auditOf({ 'b.py': file(old) }), earlier);
    expect(elsewhere.baseline?.secrets).toEqual({ known: 0, new: 1, gone: 1 });
    const none = against(await auditOf({ 'a.py': file(old) }), { findings });
    expect(none.baseline?.secrets).toEqual({ known: 0, new: 1, gone: 0 });
  });

  it('is refused where its keys are no list', async () => {
    const report = await auditOf({ 'a.py': file(old) });
    for (const secrets of [7, [7], [{ fingerprint: 7 }]])
      expect(() => against(report, { findings: [], secrets })).toThrow(/b\.json: secrets/);
  });
});
