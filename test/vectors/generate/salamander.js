// Builds a ciphertext that XChaCha20-Poly1305 opens under two keys ("invisible salamander"; Len, Grubbs, Ristenpart
// 2021, and Albertini and others 2022), and writes test/vectors/xchacha/salamander.json. Run it with Node, no arguments.
//
// Poly1305 is a polynomial in its secret r: with tag, AD and length fixed, two free ciphertext blocks are enough to
// satisfy the two equations, one for each key. The last plaintext byte is 0x80 under both keys, so that what comes out is
// also well padded (255 bytes of content in the 256 bucket) and nothing but a key commitment can tell.
import { writeFileSync } from 'node:fs';
import sodium from 'libsodium-wrappers-sumo';

const P = 2n ** 130n - 5n;
const BLOCK = 16;

/** @param {Uint8Array} bytes */
const littleEndian = (bytes) => bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);

/** @param {bigint} value */
function toBlock(value) {
  return Uint8Array.from({ length: BLOCK }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** @param {bigint} value */
const reduce = (value) => ((value % P) + P) % P;

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n;
  for (let b = reduce(base), e = exponent; e > 0n; e >>= 1n, b = (b * b) % P)
    if (e & 1n) result = (result * b) % P;
  return result;
}

/** @param {Uint8Array} key @param {Uint8Array} nonce @param {number} length */
function keystream(key, nonce, length) {
  return sodium.crypto_stream_xchacha20_xor(new Uint8Array(length), nonce, key);
}

/** The padded input of Poly1305 (RFC 8439 §2.8) as numbers. @param {Uint8Array} ad @param {Uint8Array} data */
function macBlocks(ad, data) {
  const pad = (/** @type {Uint8Array} */ bytes) => [
    ...bytes,
    ...new Array((BLOCK - (bytes.length % BLOCK)) % BLOCK).fill(0),
  ];
  const lengths = [...toBlock(BigInt(ad.length) + (BigInt(data.length) << 64n))];
  const bytes = Uint8Array.from([...pad(ad), ...pad(data), ...lengths]);
  const blocks = [];
  for (let i = 0; i < bytes.length; i += BLOCK)
    blocks.push(littleEndian(bytes.subarray(i, i + BLOCK)) + (1n << 128n));
  return blocks;
}

/** What Poly1305 uses under a key, and the last byte of the keystream. @param {Uint8Array} key @param {Uint8Array} nonce @param {number} length */
function secretsOf(key, nonce, length) {
  const stream = keystream(key, nonce, 64 + length);
  return {
    r: littleEndian(stream.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn,
    s: littleEndian(stream.subarray(16, 32)),
    lastByte: stream[63 + length] ?? 0,
  };
}

/**
 * a·x + b·y = c modulo P, for the two unknown blocks from `first` on.
 * @param {{ r: bigint, s: bigint }} secrets @param {bigint[]} blocks @param {number} first @param {bigint} tag
 */
function equation({ r, s }, blocks, first, tag) {
  let known = 0n;
  blocks.forEach((block, i) => {
    if (i !== first && i !== first + 1) known += block * power(r, BigInt(blocks.length - i));
  });
  const sum = (((tag - s) % (1n << 128n)) + (1n << 128n)) % (1n << 128n);
  return {
    a: power(r, BigInt(blocks.length - first)),
    b: power(r, BigInt(blocks.length - first - 1)),
    c: reduce(sum - known),
  };
}

/**
 * One ciphertext with tag that opens under both keys, or null when the keys do not agree on the last byte.
 * `length` is a multiple of 16 and at least 48; the last byte of both plaintexts is 0x80.
 * @param {{ keys: [Uint8Array, Uint8Array], nonce: Uint8Array, ad: Uint8Array, length: number }} input
 */
export function salamander({ keys, nonce, ad, length }) {
  const [one, two] = [secretsOf(keys[0], nonce, length), secretsOf(keys[1], nonce, length)];
  if (one.lastByte !== two.lastByte) return null;
  for (let attempt = 0; attempt < 10000; attempt++) {
    const data = sodium.randombytes_buf(length);
    data[length - 1] = one.lastByte ^ 0x80;
    data.fill(0, 0, 2 * BLOCK);
    const tag = littleEndian(sodium.randombytes_buf(BLOCK));
    const blocks = macBlocks(ad, data);
    const first = Math.ceil(ad.length / BLOCK);
    const p = equation(one, blocks, first, tag);
    const q = equation(two, blocks, first, tag);
    const inverse = power(p.a * q.b - q.a * p.b, P - 2n);
    const x = reduce((p.c * q.b - q.c * p.b) * inverse);
    const y = reduce((p.a * q.c - q.a * p.c) * inverse);
    // A block is 2^128 and sixteen bytes: about one solution in sixteen is a pair of blocks.
    if (x >> 128n !== 1n || y >> 128n !== 1n) continue;
    data.set(toBlock(x), 0);
    data.set(toBlock(y), BLOCK);
    return Uint8Array.from([...data, ...toBlock(tag)]);
  }
  return null;
}

if (process.argv[1]?.endsWith('salamander.js')) {
  await sodium.ready;
  const nonce = new Uint8Array(24);
  const ad = sodium.from_string('an AD that both keys share');
  const first = sodium.crypto_generichash(32, 'salamander, first key', null);
  let ciphertext = null;
  let second = first;
  for (let i = 0; ciphertext === null; i++) {
    second = sodium.crypto_generichash(32, `salamander, second key, try ${i}`, null);
    ciphertext = salamander({ keys: [first, second], nonce, ad, length: 256 });
  }
  const vector = {
    comment:
      'A46: raw XChaCha20-Poly1305 opens this under both keys, to two texts that are both well padded. A seal must refuse at least one of them. Made by generate/salamander.js.',
    expect: 'ok',
    keys: [sodium.to_hex(first), sodium.to_hex(second)],
    nonce: sodium.to_hex(nonce),
    ad: sodium.to_hex(ad),
    ciphertext: sodium.to_hex(ciphertext),
  };
  const file = new URL('../xchacha/salamander.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(vector, null, 1)}\n`);
}
