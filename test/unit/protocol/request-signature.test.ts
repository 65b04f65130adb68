import { beforeAll, describe, expect, it } from 'vitest';
import { signingKeyPairFromSeed, signRaw } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import {
  hasSignedBody,
  isInTime,
  isSignedBy,
  type RequestSignature,
  readRequestSignature,
  signRequest,
} from '../../../src/protocol/request-signature.js';

beforeAll(loadSodium);

const seed = new Uint8Array(32).fill(7);
const time = 1_800_000_000_000;
const url = 'https://vault.example/v1/collections/00/ops?after=3';
const body = new TextEncoder().encode('body');

async function signed(options: { method?: string; url?: string; body?: Uint8Array } = {}) {
  const device = signingKeyPairFromSeed(seed).publicKey;
  const headers = await signRequest({
    method: options.method ?? 'POST',
    url: options.url ?? url,
    body: options.body ?? body,
    signer: {
      keyId: { type: 'device', person: new Uint8Array(32).fill(1), device },
      sign: (bytes) => signRaw(seed, bytes),
    },
    time,
    nonce: new Uint8Array(16).fill(9),
  });
  return { device, headers: new Headers(headers) };
}

function read(headers: Headers, options: { method?: string; url?: string } = {}): RequestSignature {
  const signature = readRequestSignature({
    method: options.method ?? 'POST',
    url: options.url ?? url,
    headers,
  });
  if (signature === null) throw new Error('not read');
  return signature;
}

describe('request signatures (PROTOCOL §2)', () => {
  it('sign the line, the authority and the digest in the form of RFC 9421', async () => {
    const { headers, device } = await signed();
    const signature = read(headers);
    const input = headers.get('signature-input')?.slice('coffret='.length);
    expect(new TextDecoder().decode(signature.base)).toBe(
      [
        '"@method": POST',
        '"@authority": vault.example',
        '"@path": /v1/collections/00/ops',
        '"@query": ?after=3',
        `"content-digest": ${headers.get('content-digest')}`,
        `"@signature-params": ${input}`,
      ].join('\n'),
    );
    expect(input).toMatch(
      /^\("@method" "@authority" "@path" "@query" "content-digest"\);created=1800000000;expires=1800000120;nonce="[^"]{22}";keyid="device:[0-9a-f]{64}\.[0-9a-f]{64}";alg="ed25519";tag="coffret-v1"$/,
    );
    expect(isSignedBy(signature, device)).toBe(true);
    expect(await hasSignedBody(signature, body)).toBe(true);
  });

  it('an empty query and an empty body are signed too', async () => {
    const { headers, device } = await signed({ url: 'http://localhost:80/v1/inbox', body: new Uint8Array() });
    const signature = read(headers, { url: 'http://localhost/v1/inbox' });
    expect(new TextDecoder().decode(signature.base)).toContain('"@query": ?\n');
    expect(isSignedBy(signature, device)).toBe(true);
    expect(await hasSignedBody(signature, new Uint8Array())).toBe(true);
  });

  it.each([
    ['method', { method: 'PUT' }],
    ['authority', { url: url.replace('vault.', 'other.') }],
    ['path', { url: url.replace('/ops', '/access') }],
    ['query', { url: url.replace('after=3', 'after=4') }],
  ])('another %s does not verify (R-REQ-3)', async (_name, change) => {
    const { headers, device } = await signed();
    expect(isSignedBy(read(headers, change), device)).toBe(false);
  });

  it.each(['created', 'expires', 'nonce', 'keyid'])('another %s does not verify (R-REQ-3)', async (name) => {
    const { headers, device } = await signed();
    const input = headers.get('signature-input') as string;
    const changed = input.replace(new RegExp(`${name}="?(device:)?.`), (match) => `${match.slice(0, -1)}2`);
    expect(changed).not.toBe(input);
    headers.set('signature-input', changed);
    expect(isSignedBy(read(headers), device)).toBe(false);
  });

  it('another body does not have the signed digest (R-REQ-4)', async () => {
    const { headers } = await signed();
    expect(await hasSignedBody(read(headers), new TextEncoder().encode('Body'))).toBe(false);
  });

  it.each<[string, (headers: Headers) => void]>([
    ['no signature', (headers) => headers.delete('signature')],
    ['no digest', (headers) => headers.delete('content-digest')],
    ['a shorter list of components', (headers) => edit(headers, ' "@query"', '')],
    [
      'components in another order',
      (headers) => edit(headers, '"@method" "@authority"', '"@authority" "@method"'),
    ],
    ['a component with a parameter', (headers) => edit(headers, '"@query"', '"@query";req')],
    ['another algorithm', (headers) => edit(headers, 'alg="ed25519"', 'alg="hmac-sha256"')],
    ['another tag', (headers) => edit(headers, 'tag="coffret-v1"', 'tag="coffret-v2"')],
    ['a parameter more', (headers) => edit(headers, ';tag=', ';x=1;tag=')],
    ['another label', (headers) => edit(headers, 'coffret=', 'sig1=')],
    ['a key id that is none', (headers) => edit(headers, 'keyid="device:', 'keyid="root:')],
    [
      'a short nonce',
      (headers) =>
        headers.set(
          'signature-input',
          (headers.get('signature-input') ?? '').replace(/nonce="../, 'nonce="'),
        ),
    ],
    ['garbage', (headers) => headers.set('signature-input', 'coffret=(((')],
    ['another digest algorithm', (headers) => headers.set('content-digest', 'sha-512=:AAAA:')],
    ['headers past the limit', (headers) => headers.set('signature', `coffret=:${'A'.repeat(2048)}:`)],
  ])('%s is not in the profile (R-REQ-1)', async (_name, change) => {
    const { headers } = await signed();
    change(headers);
    expect(readRequestSignature({ method: 'POST', url, headers })).toBeNull();
  });

  it('hold for two minutes around the time of the server (R-REQ-2)', async () => {
    const { headers } = await signed();
    const signature = read(headers);
    expect(isInTime(signature, time)).toBe(true);
    expect(isInTime(signature, time - 120_000)).toBe(true);
    expect(isInTime(signature, time + 120_000)).toBe(true);
    expect(isInTime(signature, time - 121_000)).toBe(false);
    expect(isInTime(signature, time + 121_000)).toBe(false);
    expect(isInTime({ ...signature, expires: signature.created + 3600 }, time)).toBe(false);
    expect(isInTime({ ...signature, expires: signature.created }, time + 1000)).toBe(false);
  });
});

function edit(headers: Headers, from: string, to: string): void {
  const input = headers.get('signature-input') as string;
  headers.set('signature-input', input.replace(from, to));
}
