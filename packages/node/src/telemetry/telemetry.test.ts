import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { contextOfHeaders, openTelemetry, traceHeaders, withContext } from './index.ts';

const lines: string[] = [];
const quiet = { logLevel: 'silent' } as const;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('metrics', () => {
  it('read as Prometheus text, with the service named', async () => {
    const telemetry = openTelemetry({ service: 'edge', instance: 'eu-1', ...quiet });
    telemetry.meter
      .createCounter('cache_hits_total', { description: 'Hits' })
      .add(3, { kind: 'blob' });
    const text = await telemetry.metricsText();
    expect(text).toContain('# TYPE cache_hits_total counter');
    expect(text).toContain('cache_hits_total{kind="blob"} 3');
    expect(text).toMatch(/target_info\{.*service_name="selvedge-edge".*service_instance_id="eu-1"/);
    await telemetry.close();
  });

  it('of two apps in one process stay apart', async () => {
    const [hub, edge] = ['hub', 'edge'].map((service) => openTelemetry({ service, ...quiet }));
    hub!.meter.createCounter('requests_total').add(1);
    expect(await edge!.metricsText()).not.toContain('requests_total');
  });
});

describe('the trace', () => {
  it('is continued from the headers of one hop into those of the next, with a new span', async () => {
    const telemetry = openTelemetry({ service: 'edge', ...quiet });
    const sent = await withContext(contextOfHeaders({ traceparent, tracestate: 'a=b' }), () =>
      telemetry.span('relay', async () => {
        await setImmediate();
        return traceHeaders();
      }),
    );
    expect(sent.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(sent.traceparent).not.toBe(traceparent);
    expect(sent.tracestate).toBe('a=b');
  });

  it.each([
    '',
    'nonsense',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    `ff${traceparent.slice(2)}`,
  ])('begins anew where the header is %j', (bad) => {
    const sent = withContext(contextOfHeaders({ traceparent: bad }), () => traceHeaders());
    expect(sent.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(sent.traceparent).not.toContain('0'.repeat(32));
  });

  it('is written to a file, where one is asked for, with failures marked', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'selvedge-telemetry-'));
    const traceFile = join(dir, 'traces', 'spans.jsonl');
    const telemetry = openTelemetry({ service: 'agent', traceFile, ...quiet });
    await telemetry.span('outer', async () => {
      await telemetry.span('inner', async () => Promise.reject(new Error('no'))).catch(() => {});
    });
    await telemetry.close();
    const spans = (await readFile(traceFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [inner, outer] = spans;
    expect(inner).toMatchObject({ name: 'inner', status: 'error', parentSpanId: outer.spanId });
    expect(outer).toMatchObject({ name: 'outer', service: 'selvedge-agent', status: 'unset' });
    expect(inner.traceId).toBe(outer.traceId);
    await rm(dir, { recursive: true });
  });
});

describe('the log', () => {
  it('is JSON lines that name the service and the trace, and hide credentials', async () => {
    const destination = { write: (line: string) => void lines.push(line) };
    const telemetry = openTelemetry({ service: 'hub', logDestination: destination });
    withContext(contextOfHeaders({ traceparent }), () =>
      telemetry.log.info({ headers: { authorization: 'Bearer x' } }, 'hello'),
    );
    telemetry.log.debug('not at level info');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      service: 'hub',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      headers: { authorization: '[Redacted]' },
      msg: 'hello',
    });
  });
});
