/**
 * The origin of the herd benchmark, a process of its own: one blob, sent at a steady pace to each
 * who asks, as over a link. Prints its address, the blob's path and, on SIGTERM, how often it was
 * asked.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [bytes = 0, bytesPerSecond = 0] = process.argv.slice(2).map(Number);
const blob = randomBytes(bytes);
const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
const step = 1024 * 1024;
let asked = 0;

const path = `/v2/bench/herd/blobs/${digest}`;

const server = createServer(async (request, response) => {
  if (request.url !== path) return void response.writeHead(404).end();
  asked += 1;
  response.writeHead(200, { 'content-length': blob.length });
  const start = performance.now();
  for (let at = 0; at < blob.length && !response.destroyed; at += step) {
    const dueMs = start + (at / bytesPerSecond) * 1e3 - performance.now();
    if (dueMs > 0) await sleep(dueMs);
    response.write(blob.subarray(at, at + step));
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, path }));
});
process.on('SIGTERM', () => {
  console.log(JSON.stringify({ asked }));
  process.exit(0);
});
