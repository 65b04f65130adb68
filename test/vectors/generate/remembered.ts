import { expose } from '../../../src/crypto/secret.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import {
  decodeRemembered,
  encodeRemembered,
  encodeRememberedBinding,
} from '../../../src/formats/remembered.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of what is remembered');
const spec = '§9.2';
const alice = person('alice');
const bob = person('bob');
const rawKey = random(32) as Uint8Array<ArrayBuffer>;
const place = { person: alice.id, store: 'alice' };
const bound = { ...place, since: START, expires: START + 1000 };

// What `rememberRoot` does, with a key that is known: its own cannot be read.
const key = await crypto.subtle.importKey('raw', rawKey, 'AES-GCM', false, ['encrypt']);
const iv = random(12) as Uint8Array<ArrayBuffer>;
const additionalData = encodeRememberedBinding(bound) as Uint8Array<ArrayBuffer>;
const root = expose(alice.personalRoot) as Uint8Array<ArrayBuffer>;
const sealed = new Uint8Array(
  await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, root),
);
const bytes = encodeRemembered({ v: 1, suite: 1, ...bound, iv, sealed });

const input = { key: rawKey, bytes, ...place, now: START + 500 };
const output = { personalRoot: root };
const changed = (change: object) => encodeRemembered({ ...decodeRemembered(bytes), ...change });
const flipped = sealed.slice();
flipped[40] = (flipped[40] as number) ^ 1;

writeVector('remembered', 'open', {
  title: 'a personal root in its time',
  spec,
  expect: 'ok',
  input,
  output,
});
writeVector('remembered', 'first-moment', {
  title: 'at the moment it was made',
  spec,
  expect: 'ok',
  input: { ...input, now: START },
  output,
});
const bad = (name: string, rule: string, expect: string, title: string, change: object) =>
  writeVector('remembered', name, { title, spec, rule, expect, input: { ...input, ...change } });
bad('over', 'R-REM-2', 'not-remembered', 'at the moment it ends', { now: START + 1000 });
bad('before', 'R-REM-2', 'not-remembered', 'a clock set back', { now: START - 1 });
bad('longer', 'R-REM-1', 'open-failed', 'an end moved away', {
  bytes: changed({ expires: START + 2000 }),
  now: START + 1500,
});
bad('earlier', 'R-REM-1', 'open-failed', 'a beginning moved', { bytes: changed({ since: START - 1 }) });
bad('other-person', 'R-REM-1', 'open-failed', 'asked for by another person', { person: bob.id });
bad('other-store', 'R-REM-1', 'open-failed', 'asked for from another store', { store: 'bob' });
bad('person-changed', 'R-REM-1', 'open-failed', 'given to another person', {
  bytes: changed({ person: bob.id }),
  person: bob.id,
});
bad('store-changed', 'R-REM-1', 'open-failed', 'moved to another store', {
  bytes: changed({ store: 'bob' }),
  store: 'bob',
});
bad('other-key', 'R-REM-1', 'open-failed', 'another key', { key: random(32) });
bad('tag', 'R-REM-1', 'open-failed', 'a flipped bit', { bytes: changed({ sealed: flipped }) });
bad('suite-2', 'R-SUITE-1', 'unsupported', 'another suite', { bytes: changed({ suite: 2 }) });
