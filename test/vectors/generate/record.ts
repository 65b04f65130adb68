import { loadSodium } from '../../../src/crypto/sodium.js';
import { encode } from '../../../src/formats/codec.js';
import { encodeRecord, type RecordEnvelope } from '../../../src/formats/record.js';
import { signAuthorship } from '../../../src/sharing/authorship.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of records');
const spec = '§7';
const carol = person('carol');
const eve = person('eve');
const vault = random(16);
const content = { kind: 'note', schema: 1, body: encode({ text: 'Tension 12/8' }) };
const author = { person: carol.id, device: carol.device, deviceKey: carol.deviceKey };
const record: RecordEnvelope = {
  ...{ item: random(16), change: random(16), base: [random(16)], time: START, authored: null, link: null },
  ...content,
};
const authored = signAuthorship(author, vault, START, content);

const ok = (name: string, title: string, value: RecordEnvelope) =>
  writeVector('record', name, {
    title,
    spec,
    expect: 'ok',
    input: { record: encodeRecord(value), vault, author: carol.identity.entries },
    output: value,
  });
const bad = (
  name: string,
  rule: string,
  expect: string,
  title: string,
  value: RecordEnvelope | Uint8Array,
  entries = carol.identity.entries,
) =>
  writeVector('record', name, {
    title,
    spec,
    rule,
    expect,
    input: { record: value instanceof Uint8Array ? value : encodeRecord(value), vault, author: entries },
  });

ok('first', 'the first revision of an item', { ...record, base: [] });
ok('second', 'a later revision', record);
ok('merged', 'a revision of two others', { ...record, base: [random(16), random(16)] });
ok('removed', 'an item removed', { ...record, body: null });
ok('authored', 'a writer’s record with its proof', { ...record, authored });
ok('linked', 'a link to a record of another collection', {
  ...record,
  link: [vault, random(32), random(16), random(16)],
});

bad('authored-other-body', 'R-REC-2', 'bad-signature', 'the proof of another content', {
  ...record,
  authored,
  body: encode({ text: 'Tension 18/10' }),
});
bad('authored-other-kind', 'R-REC-2', 'bad-signature', 'the proof of another kind', {
  ...record,
  authored,
  kind: 'document',
});
bad('authored-other-schema', 'R-REC-2', 'bad-signature', 'the proof of another schema', {
  ...record,
  authored,
  schema: 2,
});
bad('authored-other-time', 'R-REC-2', 'bad-signature', 'the proof of another time', {
  ...record,
  authored: authored.with(3, START + 1) as typeof authored,
});
bad('authored-elsewhere', 'R-REC-3', 'wrong-audience', 'a proof for another vault', {
  ...record,
  authored: signAuthorship(author, random(16), START, content),
});
bad('authored-relabelled', 'R-REC-3', 'bad-signature', 'a proof for another vault that now names this one', {
  ...record,
  authored: signAuthorship(author, random(16), START, content).with(0, vault) as typeof authored,
});
bad('authored-by-another', 'R-REC-2', 'not-authorised', 'a device that the author’s log does not admit', {
  ...record,
  authored: signAuthorship(
    { ...author, device: eve.device, deviceKey: eve.deviceKey },
    vault,
    START,
    content,
  ),
});
const { item, change, base, kind, schema, time, link, body } = record;
bad(
  'nine-not-ten',
  'R-CBOR-1',
  'malformed',
  'a field too many',
  encode([item, change, base as Uint8Array[], kind, schema, time, null, link, body, null]),
);
bad(
  'absent-body',
  'R-CBOR-1',
  'malformed',
  'a field too few',
  encode([item, change, base as Uint8Array[], kind, schema, time, null, link]),
);
bad(
  'short-item',
  'R-CBOR-1',
  'malformed',
  'an item of 15 bytes',
  encodeRecord({ ...record, item: item.subarray(1) }),
);
bad(
  'many-bases',
  'R-CBOR-1',
  'malformed',
  'seventeen bases',
  encodeRecord({ ...record, base: Array.from({ length: 17 }, () => random(16)) }),
);
bad('negative-time', 'R-CBOR-1', 'malformed', 'a time before 1970', encodeRecord({ ...record, time: -1 }));
bad(
  'trailing-byte',
  'R-CBOR-1',
  'malformed',
  'a byte after the record',
  Uint8Array.of(...encodeRecord(record), 0),
);
