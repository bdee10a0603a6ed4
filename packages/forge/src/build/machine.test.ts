import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { joinMachine } from './machine.ts';

const root = mkdtempSync(join(tmpdir(), 'selvedge-machine-'));
afterAll(() => rmSync(root, { recursive: true }));
const directory = () => mkdtempSync(join(root, 'shared-'));
const never = () => {
  throw new Error('nobody else measures');
};

it('two builds measure one after the other, and who has to wait is told', async () => {
  const shared = join(directory(), 'made/by/the/first');
  const [one, two] = [await joinMachine(shared, undefined), await joinMachine(shared, undefined)];
  const order: string[] = [];
  const first = one.alone(async () => {
    order.push('first begins');
    await delay(120);
    order.push('first ends');
    return 1;
  }, never);
  await delay(30);
  const second = two.alone(
    async () => {
      order.push('second begins');
      return 2;
    },
    () => order.push('second waits'),
  );
  expect((await Promise.all([first, second])).map(({ measured }) => measured)).toEqual([1, 2]);
  expect(order).toEqual(['first begins', 'second waits', 'first ends', 'second begins']);
});

it('a measurement says that another build was at work, until that has ended', async () => {
  const shared = directory();
  const [one, two] = [await joinMachine(shared, undefined), await joinMachine(shared, undefined)];
  const measure = async () => 'ms';
  expect(await one.alone(measure, never)).toEqual({ measured: 'ms', disturbed: true });
  two.leave();
  expect(await one.alone(measure, never)).toEqual({ measured: 'ms', disturbed: false });
  one.leave();
  expect(readdirSync(shared)).toEqual(['latency.lock']);
});

it('what a killed build left does not disturb, and goes', async () => {
  const shared = directory();
  writeFileSync(join(shared, 'at-work-of-a-dead-process'), '');
  const machine = await joinMachine(shared, undefined);
  expect((await machine.alone(async () => 1, never)).disturbed).toBe(false);
  expect(readdirSync(shared)).not.toContain('at-work-of-a-dead-process');
});

it('who waits can be interrupted', async () => {
  const shared = directory();
  const interrupted = new AbortController();
  const [one, two] = [
    await joinMachine(shared, undefined),
    await joinMachine(shared, interrupted.signal),
  ];
  const long = one.alone(() => delay(300), never);
  const waiting = two.alone(
    async () => 2,
    () => interrupted.abort(),
  );
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await long;
});

it('a directory that cannot be used keeps nobody from measuring', async () => {
  const file = join(directory(), 'file');
  writeFileSync(file, '');
  const machine = await joinMachine(join(file, 'below'), undefined);
  expect(await machine.alone(async () => 1, never)).toEqual({ measured: 1, disturbed: false });
});
