import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { edgePlace, inferenceAt } from './remote-place.ts';

describe('where an edge infers', () => {
  it.each([
    ['http://10.0.0.5:7410', 'http://0.0.0.0:7411', 'http://10.0.0.5:7411/'],
    ['https://edge.example', 'https://localhost:7411/oip', 'https://edge.example:7411/oip'],
    ['http://edge.example', 'https://elsewhere.example:7411', 'https://edge.example:7411/'],
  ])('at %s, which says %s, is %s', (base, said, found) => {
    expect(inferenceAt(new URL(base), said)).toBe(found);
  });

  it.each([
    ['https://edge.example', 'http://edge.example:7411'],
    ['https://edge.example', 'ftp://edge.example'],
    ['http://edge.example', 'ftp://edge.example'],
    ['http://edge.example', 'edge'],
  ])('at %s is not %s: inputs go no weaker way than the owner named', (base, said) => {
    expect(() => inferenceAt(new URL(base), said)).toThrow(
      expect.objectContaining({ code: 'bad-upstream', message: expect.stringContaining(said) }),
    );
  });

  it('is nowhere as long as the edge says such a place', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ region: null, inferUrl: 'ftp://127.0.0.1', families: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const place = edgePlace(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await place.probe();
    expect(place.facts().unavailableReason).toContain('ftp://127.0.0.1');
    await place.close();
    server.closeAllConnections();
    server.close();
  });
});
