import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/formats/codec.js';
import { WIRE_LIMITS } from '../../../src/protocol/limits.js';
import {
  appendOpsRequest,
  blobAnswer,
  decodeMessage,
  encodeMessage,
  putTicketRequest,
  sendRequest,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { decodeRefusal, encodeRefusal, REFUSALS, type RefusalCode } from '../../../src/protocol/refusal.js';

describe('messages (PROTOCOL §1)', () => {
  it('come back as they went', () => {
    const ticket = { depositor: null, expires: 12, bytesMax: 3, countMax: 0 };
    expect(decodeMessage(putTicketRequest, encodeMessage(putTicketRequest, ticket))).toEqual(ticket);
  });

  it('a request with a field more is refused, an answer with one is read without it', () => {
    const sent = { id: new Uint8Array(16), bytes: new Uint8Array(1) };
    expect(decodeMessage(sendRequest, encode(sent))).toEqual(sent);
    expect(() => decodeMessage(sendRequest, encode({ ...sent, more: 1 }))).toThrow('format/malformed');
    expect(decodeMessage(blobAnswer, encode({ offset: 1, complete: true, later: 1 }))).toEqual({
      offset: 1,
      complete: true,
    });
  });

  it.each([
    ['a short id', { id: new Uint8Array(15), bytes: new Uint8Array(1) }],
    ['too many bytes', { id: new Uint8Array(16), bytes: new Uint8Array(WIRE_LIMITS.inboxItemBytesMax + 1) }],
    ['text for bytes', { id: new Uint8Array(16), bytes: 'text' }],
    ['a field less', { id: new Uint8Array(16) }],
  ])('%s is malformed', (_name, value) => {
    expect(() => decodeMessage(sendRequest, encode(value))).toThrow('format/malformed');
  });

  it('an append holds from 1 to 512 ops', () => {
    const ops = (count: number) =>
      encode({ ops: Array.from({ length: count }, () => new Uint8Array()), access: null });
    expect(() => decodeMessage(appendOpsRequest, ops(0))).toThrow('format/malformed');
    expect(decodeMessage(appendOpsRequest, ops(512)).ops.length).toBe(512);
    expect(() => decodeMessage(appendOpsRequest, ops(513))).toThrow('format/malformed');
  });
});

describe('refusals (PROTOCOL §6)', () => {
  it.each(Object.keys(REFUSALS) as RefusalCode[])('%s comes back as it went', (code) => {
    expect(decodeRefusal(encodeRefusal(code, { offset: 3 }))).toEqual({ code, details: { offset: 3 } });
    expect(REFUSALS[code]).toBeGreaterThanOrEqual(400);
  });
});

it('paths carry ids in lower-case hexadecimal', () => {
  const id = new Uint8Array(16).fill(0xab);
  expect(paths.blobPiece(id, id, 4096)).toBe(
    `/v1/vaults/${'ab'.repeat(16)}/blobs/${'ab'.repeat(16)}?offset=4096`,
  );
  expect(paths.opsAfter(id, 3, 10)).toBe(`/v1/collections/${'ab'.repeat(16)}/ops?after=3&limit=10`);
});
