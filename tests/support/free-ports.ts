import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The first of a block of ports of which these offsets are free on the loopback now. What is found
 * may be taken by another process a moment later; blocks are drawn at random, so that it seldom is.
 */
export async function freePorts(offsets: readonly number[]): Promise<number> {
  for (;;) {
    const first = 20_000 + 50 * Math.floor(Math.random() * 240);
    const free = await Promise.all(offsets.map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
}

/** The block that `selvedge up` takes with three devices. */
export const upOffsets = [0, 10, 11, 20, 21, 22];

export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
