import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  base64urlToBytes,
  bytesToBase64url,
  bytesToHex,
  hexToBytes,
  type IdKind,
  parseId,
  printId,
} from '../../../src/formats/id.js';
import { codeOf } from '../../support/code-of.js';

const KINDS: Record<IdKind, readonly [prefix: string, bytes: number]> = {
  person: ['per_', 32],
  device: ['dev_', 32],
  vault: ['vlt_', 16],
  collection: ['col_', 32],
  item: ['itm_', 16],
  change: ['chg_', 16],
  blob: ['blb_', 16],
  grant: ['grt_', 16],
  deposit: ['dep_', 16],
  ticket: ['tkt_', 16],
  slot: ['slt_', 16],
  message: ['msg_', 16],
};
const kinds = Object.entries(KINDS) as [IdKind, readonly [string, number]][];

describe.each(kinds)('the id of a %s', (kind, [prefix, length]) => {
  const bytes = Uint8Array.from({ length }, (_, i) => 255 - i * 3);

  it('comes back from its text', () => {
    const text = printId(kind, bytes);
    expect(text).toMatch(new RegExp(`^${prefix}[A-Za-z0-9_-]+$`));
    expect(parseId(kind, text)).toEqual(bytes);
  });

  it('R-ID-1 is refused with another prefix: no kind passes for another (A33)', async () => {
    for (const [other, [, otherLength]] of kinds) {
      if (other === kind || otherLength !== length) continue;
      expect(await codeOf(() => parseId(kind, printId(other, bytes)))).toBe('usage/invalid');
    }
  });

  it('R-ID-1 is refused with another length or spelling', async () => {
    const text = printId(kind, bytes);
    const last = text.at(-1) as string;
    // The last character holds bits that must be zero.
    const sibling = String.fromCharCode(last.charCodeAt(0) + 1);
    for (const wrong of [
      text.slice(0, -1),
      `${text}A`,
      `${text}=`,
      ` ${text}`,
      `${text} `,
      text.slice(4),
      '',
      text.slice(0, -1) + sibling,
    ]) {
      expect.soft(await codeOf(() => parseId(kind, wrong)), wrong).toBe('usage/invalid');
    }
    expect(await codeOf(() => parseId(kind, 7 as never))).toBe('usage/invalid');
    expect(await codeOf(() => printId(kind, bytes.subarray(1)))).toBe('usage/invalid');
  });
});

describe('text of bytes', () => {
  it('comes back from base64url and from hexadecimal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(base64urlToBytes(bytesToBase64url(bytes))).toEqual(bytes);
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has one spelling: whatever is read prints the same', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12, unit: fc.constantFrom(...'AQgw+/-_=01 \n') }), (text) => {
        const bytes = base64urlToBytes(text);
        expect(bytes === null ? text : bytesToBase64url(bytes)).toBe(text);
      }),
    );
  });

  it('of many bytes is made without a stack of that size', () => {
    const bytes = new Uint8Array(300_000).fill(5);
    expect(base64urlToBytes(bytesToBase64url(bytes))?.length).toBe(bytes.length);
  });

  it('is refused when it is none', () => {
    for (const text of ['0', '0g', 'AB', '0 ']) expect(hexToBytes(text)).toBeNull();
  });
});
