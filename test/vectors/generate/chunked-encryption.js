// An implementation of c2sp.org/chunked-encryption over node:crypto, written from the text of the specification and
// sharing nothing with src/: it makes test/vectors/chunked-encryption/cases.json. Run it with Node, no arguments.
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const C2SP = 'c2sp.org/chunked-encryption@v1+';
const OURS = 'coffret/v1/blob+';

/** @param {number} length */
const pattern = (length) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255));

/** @param {Buffer} prk @param {Buffer} info @param {number} length */
function hkdfExpand(prk, info, length) {
  let block = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  for (let i = 1; output.length < length; i++) {
    block = createHmac('sha512', prk)
      .update(Buffer.concat([block, info, Buffer.from([i])]))
      .digest();
    output = Buffer.concat([output, block]);
  }
  return output.subarray(0, length);
}

/** @param {{ label: string, aead: string, chunkBytes: number, key: Buffer, salt: Buffer, context: Buffer, message: Buffer }} input */
function encrypt({ label, aead, chunkBytes, key, salt, context, message }) {
  const bits = aead === 'AEAD_AES_128_GCM' ? 128 : 256;
  const info = Buffer.concat([Buffer.from(`${label}${aead}\0`, 'ascii'), salt, context]);
  const derived = hkdfExpand(key, info, bits / 8 + 44);
  const messageKey = derived.subarray(0, bits / 8);
  const baseNonce = BigInt(`0x${derived.subarray(bits / 8, bits / 8 + 12).toString('hex')}`);
  const parts = [salt, derived.subarray(bits / 8 + 12)];
  for (let index = 0; index * chunkBytes <= message.length; index++) {
    const nonce = Buffer.from((baseNonce ^ BigInt(index)).toString(16).padStart(24, '0'), 'hex');
    const cipher = createCipheriv(`aes-${bits}-gcm`, messageKey, nonce);
    const chunk = message.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    parts.push(cipher.update(chunk), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(parts);
}

const cases = [];
for (const [label, aead, chunkBytes, lengths] of /** @type {const} */ ([
  [C2SP, 'AEAD_AES_256_GCM', 16384, [0, 1, 1024, 16383, 16384, 16385, 20480, 32768, 100000]],
  [C2SP, 'AEAD_AES_128_GCM', 16384, [0, 1024, 16384, 20480]],
  [OURS, 'AEAD_AES_256_GCM', 262144, [0, 5, 262143, 262144, 600000]],
])) {
  for (const length of lengths) {
    const key = pattern(aead === 'AEAD_AES_128_GCM' ? 16 : 32);
    const salt = Buffer.alloc(24, length & 255);
    const context = Buffer.from(length % 2 === 0 ? '' : 'context', 'ascii');
    const ciphertext = encrypt({ label, aead, chunkBytes, key, salt, context, message: pattern(length) });
    cases.push({
      label,
      aead,
      chunkBytes,
      key: key.toString('hex'),
      salt: salt.toString('hex'),
      context: context.toString('hex'),
      plaintextLength: length,
      prefix: ciphertext.subarray(0, 56).toString('hex'),
      ciphertextLength: ciphertext.length,
      ciphertextSha256: createHash('sha256').update(ciphertext).digest('hex'),
      ...(length <= 1024 ? { ciphertext: ciphertext.toString('hex') } : {}),
    });
  }
}
const comment =
  'c2sp.org/chunked-encryption, from generate/chunked-encryption.js; C2SP publishes no vectors. Byte i of the plaintext is (i * 7 + (i >> 8)) & 255.';
const file = new URL('../chunked-encryption/cases.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ comment, expect: 'ok', cases }, null, 1)}\n`);
