import { beforeAll, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { printId } from '../../../src/formats/id.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA, encodeDocument } from '../../../src/records/document.js';
import { encodeFiles, FILES_FIELD, filesOf } from '../../../src/records/record-files.js';
import { encodeFields } from '../../../src/records/record-kind.js';
import { signAuthorship } from '../../../src/sharing/authorship.js';
import { blobsNamedBy } from '../../../src/vault/named-blobs.js';
import { fileView } from '../../../src/vault/record-files.js';
import { codeOf } from '../../support/code-of.js';
import { type Person, person, START } from '../../support/people.js';

const vault = new Uint8Array(16).fill(1);
const content = {
  ...{
    title: 'Rash',
    category: 'imaging',
    date: null,
    name: 'rash.jpg',
    mediaType: 'image/jpeg',
    added: START,
  },
  blob: {
    id: new Uint8Array(16).fill(2),
    key: new Uint8Array(32).fill(3),
    ...{ bytes: 5, padded: 256, stored: 400, chunks: 1, list: new Uint8Array(32).fill(4) },
  },
};
const body = encodeDocument(content);
const document = { kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body };

describe('a file of a record', () => {
  let martin: Person;
  let eve: Person;
  beforeAll(async () => {
    await loadSodium();
    martin = person('Dr Martin');
    eve = person('Eve');
  });
  const authorOf = (who: Person) => ({ person: who.id, device: who.device, deviceKey: who.deviceKey });
  const identityOf = (id: Uint8Array) =>
    [martin, eve].find((who) => printId('person', who.id) === printId('person', id))?.identity ?? null;
  const shownAuthor = (authored: ReturnType<typeof signAuthorship> | null) =>
    fileView({ content, body, authored, link: null }, vault, identityOf).author;

  it('R-REC-6 is by whom its proof says, if that holds here', () => {
    const proof = signAuthorship(authorOf(martin), vault, START, document);
    expect(shownAuthor(proof)).toBe(printId('person', martin.id));
    expect(shownAuthor(null)).toBeNull();
    const [, , device, time, signature] = signAuthorship(authorOf(eve), vault, START, document);
    expect(shownAuthor([vault, martin.id, device, time, signature])).toBeNull();
    expect(shownAuthor([vault, martin.id, martin.device, time, signature])).toBeNull();
    const elsewhere = signAuthorship(authorOf(martin), new Uint8Array(16).fill(9), START, document);
    expect(shownAuthor(elsewhere)).toBeNull();
    const other = { ...document, body: encodeDocument({ ...content, title: 'Other' }) };
    expect(shownAuthor(signAuthorship(authorOf(martin), vault, START, other))).toBeNull();
    const stranger = person('a stranger');
    expect(shownAuthor(signAuthorship(authorOf(stranger), vault, START, document))).toBeNull();
  });

  it('shows no key', () => {
    const shown = fileView({ content, body, authored: null, link: null }, vault, identityOf);
    expect(Object.values(shown).some((value: unknown) => value instanceof Uint8Array)).toBe(false);
    expect(shown).toMatchObject({ id: printId('blob', content.blob.id), bytes: 5, source: null });
  });

  it('comes back as it was sealed, and nothing else does', async () => {
    const files = encodeFiles([{ body, authored: null, link: null }]);
    const fields = { what: 'rash', [FILES_FIELD]: files };
    expect(filesOf(fields)).toEqual([{ content, body, authored: null, link: null }]);
    expect(filesOf({ what: 'rash' })).toEqual([]);
    expect(blobsNamedBy({ kind: 'symptom', body: encodeFields(fields) })).toEqual([content.blob]);
    const wrong = [
      null,
      {},
      [[body, null]],
      [[hash('x'), null, null]],
      [['text', null, null]],
      [[body, [vault], null]],
      Array.from({ length: 65 }, () => [body, null, null]),
    ];
    for (const value of wrong)
      expect(await codeOf(() => filesOf({ [FILES_FIELD]: value }))).toBe('format/malformed');
    // What cannot be read names nothing that could be opened, and stops nobody.
    expect(blobsNamedBy({ kind: 'symptom', body: encodeFields({ [FILES_FIELD]: 1 }) })).toEqual([]);
    expect(blobsNamedBy({ kind: 'symptom', body: null })).toEqual([]);
  });
});
