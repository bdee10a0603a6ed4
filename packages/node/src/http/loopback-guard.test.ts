import { describe, expect, it } from 'vitest';
import { isLoopbackName, loopbackGuard } from './loopback-guard.ts';

describe('a name', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.9.9.9', '[::1]', '::1'])(
    '%s means this machine',
    (name) => {
      expect(isLoopbackName(name)).toBe(true);
    },
  );
  it.each([
    '',
    '10.0.0.1',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
    '1.127.0.0.1',
  ])('%j may mean another', (name) => {
    expect(isLoopbackName(name)).toBe(false);
  });
});

describe('a guard on loopback', () => {
  const host = '127.0.0.1:7400';
  const asks = (reads: 'public' | 'own', method: string, headers: object) =>
    loopbackGuard({ reads })({ method, headers: { host, ...headers } })?.code ?? 'lets in';

  it.each([
    ['GET', { host: 'evil.example' }],
    ['GET', { host: 'evil.example:7400' }],
    ['GET', { host: '' }],
    ['POST', { host: 'localhost.evil.example:7400' }],
    ['POST', { origin: 'https://evil.example' }],
    ['POST', { origin: 'null' }],
    ['POST', { 'sec-fetch-site': 'cross-site' }],
    ['DELETE', { 'sec-fetch-site': 'same-site' }],
  ])('refuses %s %j', (method, headers) => {
    expect([asks('public', method, headers), asks('own', method, headers)]).toEqual([
      'forbidden',
      'forbidden',
    ]);
  });

  it.each([
    ['GET', {}],
    ['POST', {}],
    ['POST', { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }],
    ['POST', { 'sec-fetch-site': 'none' }],
    ['GET', { host: 'localhost', 'sec-fetch-site': 'cross-site' }],
  ])('lets %s %j in', (method, headers) => {
    expect([asks('public', method, headers), asks('own', method, headers)]).toEqual([
      'lets in',
      'lets in',
    ]);
  });

  it('lets a page of another site read only what is public', () => {
    const headers = { origin: 'https://elsewhere.example' };
    expect(asks('public', 'GET', headers)).toBe('lets in');
    expect(asks('own', 'GET', headers)).toBe('forbidden');
  });
});
