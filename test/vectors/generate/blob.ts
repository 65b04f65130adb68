import { concatBytes, sha256 } from '../../../src/crypto/hash.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { seededRandom } from '../../support/seeded-random.js';
import { toHex } from '../../support/hex.js';
import { type BlobInput, blobOf, readers } from '../../support/vector-readers.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of blobs');
const CHUNK = 262144;
const SEALED = CHUNK + 16;
const spec = '§8';
const hex = (length: number) => toHex(random(length));
const fresh = (bytes: number): BlobInput => ({
  key: hex(32),
  salt: hex(24),
  vault: hex(16),
  blob: hex(16),
  bytes,
  edits: [],
});

async function ok(name: string, title: string, input: BlobInput): Promise<void> {
  writeVector('blob', name, { title, spec, expect: 'ok', input, output: await readers.blob(input) });
}
function bad(name: string, rule: string, expect: string, title: string, input: BlobInput): void {
  writeVector('blob', name, { title, spec, rule, expect, input });
}

for (const bytes of [0, 1, 256, 257, 8193, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]) {
  await ok(`bytes-${bytes}`, `a file of ${bytes} bytes`, fresh(bytes));
}
await ok('part', 'the bytes about the end of the first chunk', {
  ...fresh(2 * CHUNK),
  part: { start: CHUNK - 10, end: CHUNK + 10 },
});

const three = fresh(2 * CHUNK + 1000);
const { stored } = await blobOf(three);
const listAt = stored.length - 3 * 32;
const edited = (name: string, title: string, ...edits: BlobInput['edits']) =>
  bad(name, 'R-BLOB-1', 'blob', title, { ...three, edits });
edited('salt', 'a bit of the salt', { flip: 0 });
edited('commitment', 'a bit of the commitment', { flip: 24 });
edited('chunk', 'a bit of a chunk', { flip: 56 + SEALED + 5 });
edited('tag', 'a bit of the last tag', { flip: listAt - 1 });
edited('list', 'a bit of the hash list', { flip: listAt });
edited('cut', 'the last byte missing', { cut: 1 });
edited('cut-chunk', 'the hash list and a chunk missing', { cut: SEALED });
edited('doubled', 'the first chunk in place of the second', { copy: [56, 56 + SEALED, SEALED] });
edited('list-exchanged', 'the hash of the first chunk in place of the second', {
  copy: [listAt, listAt + 32, 32],
});

// A reader who helps the server knows the key: a hash list that fits altered ciphertext is caught by the tag.
const altered = stored.slice();
altered[60] = (altered[60] as number) ^ 1;
const list = concatBytes(await sha256(altered.subarray(56, 56 + SEALED)), altered.subarray(listAt + 32));
const edits = [{ flip: 60 }, { cut: 96 }, { append: toHex(list) }];
bad('list-made-to-fit', 'R-BLOB-1', 'blob', 'altered ciphertext with a hash list that fits: the tag tells', {
  ...three,
  edits,
  reference: { list: toHex(await sha256(list)) },
});
bad('other-id', 'R-BLOB-1', 'blob', 'the id of another blob', { ...three, reference: { id: hex(16) } });
bad('other-key', 'R-BLOB-1', 'blob', 'the key of another blob', { ...three, reference: { key: hex(32) } });
bad('other-list', 'R-BLOB-1', 'blob', 'the hash of another list', { ...three, reference: { list: hex(32) } });
bad('length-larger', 'R-BLOB-2', 'malformed', 'a length of another class', {
  ...three,
  reference: { bytes: 3 * CHUNK },
});
bad('padded-other', 'R-BLOB-2', 'malformed', 'a padded length that does not follow', {
  ...three,
  reference: { padded: 2 * CHUNK + 1000 },
});
bad('chunks-other', 'R-BLOB-2', 'malformed', 'a count of chunks that does not follow', {
  ...three,
  reference: { chunks: 2 },
});
bad('stored-other', 'R-BLOB-2', 'malformed', 'a stored length that does not follow', {
  ...three,
  reference: { stored: stored.length - 1 },
});
