import { describe, expect, it } from 'vitest';
import { CDA_TEXT } from '../../../src/interop/index.js';
import {
  base64Of,
  bytesOf,
  cdaText,
  LAB_SECTION,
  section,
  VACCINATION_SECTION,
} from '../../support/cda-fixtures.js';

const read = (text: string, textOf?: (file: Blob) => Promise<string | null>) =>
  CDA_TEXT.extract(new Blob([text], { type: 'text/xml' }), textOf === undefined ? {} : { textOf });
const asText = (file: Blob) => file.text();
const bodyOf = (type: string, content: string) =>
  `<component><nonXMLBody><text mediaType="${type}" representation="B64">${base64Of(bytesOf(content))}</text></nonXMLBody></component>`;

describe('the words of a clinical document', () => {
  it('are its title, authors, sections, and what is only in codes', async () => {
    const words = (await read(cdaText({ sections: LAB_SECTION + VACCINATION_SECTION }))) ?? '';
    expect(words).toMatch(
      /^Historique de vaccinations\n.*LOPES.*\nMédecine générale\nCabinet du Parc\nSection /,
    );
    expect(words.match(/Historique de vaccinations/g)).toHaveLength(1);
    expect(words).not.toMatch(/<|&amp;/);
    const coded = section(
      '30954-2',
      'Bilan',
      '<observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><code code="3016-3" displayName="Thyréostimuline" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><value xsi:type="PQ" value="2.1" unit="mUI/L"/></observation>',
    );
    expect(await read(cdaText({ sections: coded }))).toMatch(/Bilan\nThyréostimuline$/);
  });

  it('are those of the file it carries, read by whoever reads such files', async () => {
    const types: string[] = [];
    const document = cdaText({ body: bodyOf('text/plain', 'Suites simples.') });
    const words = await read(document, async (file) => {
      types.push(file.type);
      return asText(file);
    });
    expect(words).toMatch(/Suites simples\.$/);
    expect(types).toEqual(['text/plain']);
    expect(await read(document)).not.toMatch(/Suites/);
    expect(await read(document, async () => null)).not.toMatch(/Suites/);
  });

  it('are none of other XML, and not to be had of a damaged one', async () => {
    expect(await read('<?xml version="1.0"?><plist><string>secret</string></plist>')).toBeNull();
    await expect(read(cdaText().slice(0, -40))).rejects.toThrow('format/malformed');
    await expect(read(`<!DOCTYPE x [<!ENTITY a "b">]>${cdaText().slice(40)}`)).rejects.toThrow('format/');
  });

  it('are no more than are searched', async () => {
    const long = section('1', 'mot '.repeat(100_000));
    expect((await read(cdaText({ sections: long })))?.length).toBe(200_000);
    const signal = AbortSignal.abort();
    const reading = CDA_TEXT.extract(new Blob([cdaText({ sections: long })]), { signal });
    await expect(reading).rejects.toThrow('usage/aborted');
  });
});
