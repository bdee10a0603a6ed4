import { describe, expect, it } from 'vitest';
import { cacheRoute } from './cache-route.ts';

const hex = 'ab'.repeat(32);
const digest = `sha256:${hex}`;

describe('a path', () => {
  it.each([
    [`/v2/acme/glyphs/blobs/${digest}`, { kind: 'blob', digest }],
    [`/v2/acme/glyphs/blobs/${digest}?ns=x`, { kind: 'blob', digest }],
    [`/v2/acme/glyphs/manifests/${digest}`, { kind: 'addressed', digest }],
    ['/v2/acme/glyphs/manifests/1.0.0_device-fp32', { kind: 'tag' }],
    ['/v2/acme/glyphs/tags/list', { kind: 'tag' }],
    ['/trust/timestamp.json', { kind: 'timestamp' }],
    ['/trust/12.acme.glyphs.json', { kind: 'versioned', version: 12, role: 'acme.glyphs' }],
    ['/trust/3.a%2Fb.json', { kind: 'versioned', version: 3, role: 'a/b' }],
    ['/trust/3.%zz.json', { kind: 'pass' }],
    [
      `/trust/targets/families/acme/glyphs/releases/${hex}.1.0.0.json`,
      { kind: 'addressed', digest },
    ],
    ['/trust/targets/families/acme/glyphs/policy.json', { kind: 'pass' }],
    ['/trust/0.root.json', { kind: 'pass' }],
    ['/trust/root.json', { kind: 'pass' }],
    ['/trust/1.root.json?x', { kind: 'pass' }],
    ['/trust/timestamp.json?x=1', { kind: 'pass' }],
    [`/v2/acme/glyphs/blobs/sha256:${hex.slice(1)}`, { kind: 'pass' }],
    [`/v2/acme/glyphs/blobs/uploads/${hex}`, { kind: 'pass' }],
    [`/v2/blobs/${digest}`, { kind: 'pass' }],
    ['/v2/', { kind: 'pass' }],
    ['/api/v1/families', { kind: 'pass' }],
    ['/', { kind: 'pass' }],
  ])('%s', (path, route) => {
    expect(cacheRoute(path)).toEqual(route);
  });
});
