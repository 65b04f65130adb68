import { describe, expect, it } from 'vitest';
import { aboutOf, filingOf, readCda } from '../../../src/interop/index.js';
import { isDocumentAbout } from '../../../src/records/document-about.js';
import { describe as described } from '../../../src/vault/document-view.js';
import { bytesOf, cdaText } from '../../support/cda-fixtures.js';

const filed = async (head: string, more: Parameters<typeof cdaText>[0] = {}) =>
  filingOf(await readCda(bytesOf(cdaText({ ...more, head }))));

const CODE =
  '<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d’examens biologiques"/>';

describe('a clinical document is filed', () => {
  it('under what it says of itself', async () => {
    const cda = await readCda(bytesOf(cdaText()));
    expect(filingOf(cda)).toEqual({
      category: 'vaccination',
      title: 'Historique de vaccinations',
      date: cda.time?.slice(0, 10),
      about: aboutOf(cda),
    });
  });

  it('under what its type is called where it has no title, and under no day where it tells none', async () => {
    expect(await filed(CODE)).toMatchObject({
      category: 'laboratory',
      title: 'CR d’examens biologiques',
      date: null,
    });
    expect(await filed('<code code="11502-2"/>')).toMatchObject({ title: '11502-2' });
    expect(await filed('<effectiveTime value="202104"/>')).toMatchObject({ title: 'Document', date: null });
  });

  it('whatever it says, for a vault takes all of it', async () => {
    const long = `${'é'.repeat(198)}𝛼𝛼 fin`;
    const many =
      '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2" extension="x"/></parentDocument></relatedDocument>';
    const filing = await filed(
      `${CODE}<title>${long}</title><setId root="1.2.${'3'.repeat(200)}"/><versionNumber value="0"/><languageCode code="${'x'.repeat(300)}"/>${many.repeat(100)}`,
      {
        authors:
          `<author><assignedAuthor><id root="1.2" extension="${'9'.repeat(300)}"/><assignedPerson><name>${'n'.repeat(900)}</name></assignedPerson></assignedAuthor></author>`.repeat(
            60,
          ),
      },
    );
    expect(filing.title).toMatch(/^é{198}…$/);
    expect(isDocumentAbout(filing.about)).toBe(true);
    expect(() => described(filing)).not.toThrow();
  });
});
