// Makes test/vectors/argon2id/floor.json with the JavaScript Argon2 of @noble/hashes, which shares no code with
// libsodium. Run it with Node, no arguments; it takes some seconds.
import { writeFileSync } from 'node:fs';
import { argon2id } from '@noble/hashes/argon2.js';

const password = Buffer.from('correct horse battery staple');
const salt = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const output = argon2id(password, salt, { m: 65536, t: 3, p: 1, dkLen: 32, version: 0x13 });
const vector = {
  comment: 'Argon2id 1.3 (RFC 9106), one lane, 64 MiB, 3 passes: the floor. Made by generate/argon2id.js.',
  expect: 'ok',
  password: password.toString('hex'),
  salt: salt.toString('hex'),
  memoryBytes: 67108864,
  passes: 3,
  output: Buffer.from(output).toString('hex'),
};
const file = new URL('../argon2id/floor.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(vector, null, 1)}\n`);
