import { describe, expect, it } from 'vitest';
import { readCda } from '../../../src/interop/index.js';
import {
  AUTHOR,
  base64Of,
  bytesOf,
  cdaText,
  HEAD,
  LAB_SECTION,
  PATIENT,
  prefixed,
  SUMMARY_SECTIONS,
  section,
  selfPresenting,
  TAIL,
  VACCINATION_SECTION,
  VITALS_SECTION,
} from '../../support/cda-fixtures.js';

const read = (text: string) => readCda(bytesOf(text));
const PDF = bytesOf('%PDF-1.4\n%\u00e2\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF');
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);

const nonXml = (text: string) => cdaText({ body: `<component><nonXMLBody>${text}</nonXMLBody></component>` });

describe('the header of a clinical document', () => {
  it('says what the document is', async () => {
    const read1 = await read(cdaText());
    expect(read1).toMatchObject({
      id: { root: '1.2.250.1.213.1.1.1.37.2023.1.1', extension: '7' },
      setId: { root: '1.2.250.1.213.1.1.1.37.2023.1', extension: null },
      version: 2,
      title: 'Historique de vaccinations',
      type: { code: '11369-6', system: '2.16.840.1.113883.6.1', display: 'Historique de vaccinations' },
      classCode: '52',
      category: 'vaccination',
      templates: ['1.2.250.1.213.1.1.1.1', '1.2.250.1.213.1.1.1.37^2023.01'],
      language: 'fr-FR',
      time: '2021-04-09T17:00:00+01:00',
      relations: [{ type: 'RPLC', id: { root: '90E1C8EC-F951-4B26-A305-A34848818DD6', extension: null } }],
      practiceSetting: { code: 'AMBULATOIRE' },
      facilityType: { code: 'SA07' },
      encounter: { period: null },
      level: 3,
      problems: [],
    });
    expect(read1.events).toMatchObject([
      { code: { code: '11369-6' }, period: { start: '2021-04-01', end: '2021-04-09' } },
    ]);
  });

  it('says who wrote it, with the numbers of professionals and structures without their prefixes', async () => {
    const { authors, custodian } = await read(cdaText());
    expect(authors).toMatchObject([
      {
        role: 'author',
        name: { family: 'LOPES', given: 'Ana', prefix: 'MME', suffix: 'DR', text: 'DR Ana LOPES' },
        rpps: '10003461033',
        adeli: null,
        profession: { code: 'G15_10/SM26' },
        time: '2021-04-09T17:00:00+01:00',
        organization: { name: 'Cabinet du Parc', finess: '750712184', siret: null },
        device: null,
      },
    ]);
    expect(custodian).toMatchObject({ name: 'Assurance Maladie', siret: '18003502400041', finess: null });
  });

  it('knows several authors, machines, relatives and participants', async () => {
    const machine =
      '<author><time nullFlavor="NA"/><assignedAuthor><id root="1.2.3"/><assignedAuthoringDevice><manufacturerModelName>DMP</manufacturerModelName><softwareName>2.1</softwareName></assignedAuthoringDevice></assignedAuthor></author>';
    const nobody =
      '<author><time nullFlavor="NA"/><assignedAuthor><id nullFlavor="UNK"/></assignedAuthor></author>';
    const sister =
      '<informant><relatedEntity classCode="ECON"><code code="SIS" displayName="Soeur"/><relatedPerson><name><family>NESSI</family></name></relatedPerson></relatedEntity></informant>';
    const doctor =
      '<participant typeCode="INF"><functionCode code="PCP"/><time><high value="20210101"/></time><associatedEntity classCode="PROV"><id root="1.2.250.1.71.4.2.1" extension="00B1057294"/><associatedPerson><name>Dr Paul MEDECIN</name></associatedPerson></associatedEntity></participant>';
    const document = await read(cdaText({ authors: AUTHOR + machine + nobody + sister + doctor }));
    expect(document.authors.map(({ name, device }) => name?.text ?? device?.model)).toEqual([
      'DR Ana LOPES',
      'DMP',
    ]);
    expect(document.informants).toMatchObject([{ relation: 'ECON', profession: { display: 'Soeur' } }]);
    expect(document.participants).toMatchObject([
      { role: 'INF', functionCode: { code: 'PCP' }, adeli: '0B1057294', rpps: null, time: '2021-01-01' },
    ]);
    expect(document.participants[0]?.name?.text).toBe('Dr Paul MEDECIN');
  });

  it.each([
    ['810003461033', 'rpps', '10003461033'],
    ['10003461033', 'rpps', '10003461033'],
    ['00B1057294', 'adeli', '0B1057294'],
    ['8123', null, null],
    ['648238549', null, null],
  ])('reads %s as %s', async (extension, kind, value) => {
    const [author] = (await read(cdaText().replace('810003461033', extension))).authors;
    expect(author?.ids).toMatchObject([{ extension, kind, value }]);
  });

  it('says who the patient is, and tells identities of test from real ones', async () => {
    const { patient, patients } = await read(cdaText());
    expect(patients).toHaveLength(1);
    expect(patient).toEqual({
      ins: [
        {
          root: '1.2.250.1.213.1.4.10',
          extension: '279035121518989',
          kind: 'ins-nir-test',
          value: '279035121518989',
        },
      ],
      ids: [{ root: '1.2.3.4.5', extension: 'A-17', kind: null, value: null }],
      birthName: 'PAT-TROIS',
      usedName: "D'ÉPOUX",
      familyName: null,
      givenNames: 'DOMINIQUE MARIE-LOUISE',
      firstGivenName: 'DOMINIQUE',
      usedGivenName: 'DOM',
      sex: 'female',
      birthDate: '1979-03-28',
      birthPlace: { code: '51215', name: 'DOMPREMY' },
    });
    const kinds = ['8', '9', '10', '11'].map(async (root) => {
      const other = await read(
        cdaText({ patient: PATIENT.replace('1.2.250.1.213.1.4.10', `1.2.250.1.213.1.4.${root}`) }),
      );
      return other.patient?.ins[0]?.kind;
    });
    expect(await Promise.all(kinds)).toEqual(['ins-nir', 'ins-nia', 'ins-nir-test', 'ins-nir-demo']);
  });

  it('invents nothing where nothing is told', async () => {
    const nothing = `<recordTarget><patientRole><id nullFlavor="UNK"/><patient><name><family nullFlavor="MSK"/><given nullFlavor="NASK"/></name>
      <administrativeGenderCode nullFlavor="UNK"/><birthTime nullFlavor="UNK"/><birthplace><place><addr nullFlavor="NAV"/></place></birthplace></patient></patientRole></recordTarget>`;
    const document = await read(
      cdaText({
        head: '<code nullFlavor="UNK"/><title nullFlavor="NA"/><effectiveTime nullFlavor="UNK"/>',
        patient: nothing,
        authors: '',
        tail: '',
        body: '',
      }),
    );
    expect(document).toMatchObject({
      ...{
        id: null,
        setId: null,
        version: null,
        title: null,
        type: null,
        classCode: null,
        category: 'other',
      },
      ...{ templates: [], language: null, time: null, authors: [], legalAuthenticator: null, level: 0 },
      ...{ events: [], relations: [], practiceSetting: null, facilityType: null, encounter: null, files: [] },
      confidentiality: { level: null, codes: [] },
    });
    const { ins, ids, ...traits } = document.patient ?? { ins: null, ids: null };
    expect([ins, ids]).toEqual([[], []]);
    expect([...new Set(Object.values(traits))]).toEqual([null]);
  });

  it('takes a name without marks for neither that of birth nor the one in use', async () => {
    const old = PATIENT.replace(
      /<name>[\s\S]*<\/name>/,
      '<name><family>NESSI</family><given>Ruth</given><given>Isabelle</given></name>',
    );
    const { patient } = await read(cdaText({ patient: old }));
    expect(patient).toMatchObject({
      birthName: null,
      usedName: null,
      familyName: 'NESSI',
      givenNames: 'Ruth Isabelle',
    });
  });

  it('names no patient where there are two', async () => {
    const document = await read(cdaText({ patient: PATIENT + PATIENT.replace('DOMINIQUE', 'AUTRE') }));
    expect(document.patient).toBeNull();
    expect(document.patients).toHaveLength(2);
    expect(document.problems).toEqual([{ why: 'several-patients', section: null }]);
  });

  it('says from whom it is to be hidden', async () => {
    const codes = ['R', 'MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX']
      .map((code) => `<confidentialityCode code="${code}" codeSystem="1.2.250.1.213.1.1.4.13"/>`)
      .join('');
    const { confidentiality } = await read(cdaText({ head: HEAD + codes }));
    expect(confidentiality).toMatchObject({
      level: 'R',
      isMaskedFromProfessionals: true,
      isHiddenFromPatient: true,
      isHiddenFromRepresentatives: true,
    });
    expect((await read(cdaText())).confidentiality).toMatchObject({
      level: 'N',
      isMaskedFromProfessionals: false,
      isHiddenFromPatient: false,
      isHiddenFromRepresentatives: false,
    });
  });

  it.each([
    ['11502-2', '10', 'laboratory'],
    ['18748-4', '31', 'imaging'],
    ['57833-6', '42', 'prescription'],
    ['11490-0', '10', 'report'],
    ['SYNTH', '11', 'summary'],
    ['CERT_DECL', '52', 'certificate'],
    ['REMB', '60', 'reimbursement'],
    ['EXPPAT_3', '90', 'directives'],
    ['74465-6', '90', 'questionnaire'],
    ['18776-5', '44', 'care-plan'],
    ['DOCPAT09', '95', 'administrative'],
    ['99999-9', null, 'other'],
    ['18842-5', null, 'report'],
    ['68604-8', null, 'imaging'],
    ['26436-6', null, 'laboratory'],
    ['82593-5', null, 'vaccination'],
    ['81334-5', null, 'directives'],
  ])('puts %s into class %s and category %s', async (code, classCode, category) => {
    const document = await read(cdaText({ head: HEAD.replace('code="11369-6"', `code="${code}"`) }));
    expect(document).toMatchObject({ classCode, category });
  });
});

describe('a moment in a clinical document', () => {
  const timeOf = async (value: string) => (await read(cdaText({ head: `<effectiveTime ${value}/>` }))).time;

  it.each([
    ['20210401171000+0200', '2021-04-01T17:10:00+02:00'],
    ['20210401171000', '2021-04-01T17:10:00'],
    ['20210401171000.123456789+0200', '2021-04-01T17:10:00+02:00'],
    ['20210401171000Z', '2021-04-01T17:10:00+00:00'],
    ['20210401171000-0000', '2021-04-01T17:10:00+00:00'],
    ['20210401171000+02', '2021-04-01T17:10:00+02:00'],
    ['202104011710-0330', '2021-04-01T17:10-03:30'],
    ['2021040117', '2021-04-01'],
    ['202104', '2021-04'],
    ['2021', '2021'],
    ['20210400', '2021-04'],
    ['20210000', '2021'],
    ['2021-04-01', '2021-04-01'],
    ['2021-04-01T17:10:00.5+02:00', '2021-04-01T17:10:00+02:00'],
    ['2021-0400', '2021'],
    ['20210230', null],
    ['20210015', null],
    ['20211301', null],
    ['2021-04', null],
    ['00000000', null],
    ['20210401241000', null],
  ])('written %s is %s', async (value, time) => {
    expect(await timeOf(`value="${value}"`)).toBe(time);
  });

  it('may be a span: its end counts, else its middle, else its beginning', async () => {
    const span = async (inside: string) =>
      (await read(cdaText({ head: `<effectiveTime>${inside}</effectiveTime>` }))).time;
    expect(await span('<low value="20210401"/><high value="20210402"/>')).toBe('2021-04-02');
    expect(await span('<low value="20210401"/><high nullFlavor="UNK"/>')).toBe('2021-04-01');
    expect(await span('<center value="20210401"/>')).toBe('2021-04-01');
  });
});

describe('the names of a patient', () => {
  const patientOf = async (names: string, more = '') =>
    (
      await read(
        cdaText({
          patient: `<recordTarget><patientRole><id root="1.2.3" extension="1"/><patient>${names}${more}</patient></patientRole></recordTarget>`,
        }),
      )
    ).patient;

  it('are not made one of two', async () => {
    expect(
      await patientOf(
        '<name use="P"><given>Johnny</given><family>Smithy</family></name><name use="L"><given>John</given><given>Quincy</given><family>Smith</family></name>',
      ),
    ).toMatchObject({ familyName: 'Smith', givenNames: 'John Quincy', birthName: null });
    expect(
      await patientOf(
        '<name use="L"><given>Eve</given><family>Betterhalf</family></name><name><given>Eva</given><family qualifier="BR">Everywoman</family></name>',
      ),
    ).toMatchObject({ birthName: 'Everywoman', familyName: 'Betterhalf', givenNames: 'Eve' });
  });

  it('may each be marked, in any case, and with marks that say nothing here', async () => {
    expect(
      await patientOf(
        '<name><given qualifier="br">ANNE</given><given qualifier="BR">MARIE</given><family qualifier="br">LE GOFF</family><family qualifier="SP">MARTIN</family></name>',
      ),
    ).toMatchObject({
      birthName: 'LE GOFF',
      usedName: 'MARTIN',
      firstGivenName: 'ANNE',
      givenNames: 'ANNE MARIE',
    });
    expect(
      await patientOf(
        '<name><given>Marie</given><given qualifier="IN">T</given><family qualifier="AD">Roux</family></name>',
      ),
    ).toMatchObject({ birthName: null, familyName: 'Roux', givenNames: 'Marie' });
  });

  it('may have no parts', async () => {
    expect(await patientOf('<name>Marie ROUX</name>')).toMatchObject({
      familyName: 'Marie ROUX',
      givenNames: null,
    });
  });

  it('go with a place of birth as far as it is told, and a date as far as it is known', async () => {
    const place = (addr: string) => `<birthplace><place><addr>${addr}</addr></place></birthplace>`;
    expect(
      await patientOf(
        '<name/>',
        `<birthTime value="19790000"/>${place('<state>MA</state><country>USA</country>')}`,
      ),
    ).toMatchObject({ birthDate: '1979', birthPlace: { code: null, name: 'MA, USA' } });
    expect(
      await patientOf('<name/>', place('<county>99109</county><country>ALLEMAGNE</country>')),
    ).toMatchObject({ birthDate: null, birthPlace: { code: '99109', name: 'ALLEMAGNE' } });
  });
});

describe('the number of a professional', () => {
  it.each([
    ['810001234567', '10001234567', null],
    ['801234567897', '01234567897', null],
    ['10001234567', '10001234567', null],
    // Those of test begin with zero, as ADELI numbers with their prefix do.
    ['01234567897', '01234567897', null],
    ['0123456789', null, '123456789'],
    ['369838578', null, null],
    ['81234567899', null, null],
  ])('%s is RPPS %s or ADELI %s', async (extension, rpps, adeli) => {
    const document = await read(
      cdaText({
        authors: `<author><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="${extension}"/></assignedAuthor></author>`,
      }),
    );
    expect(document.authors).toMatchObject([{ rpps, adeli }]);
  });
});

describe('the form of a clinical document', () => {
  const sections = LAB_SECTION + VACCINATION_SECTION + VITALS_SECTION + SUMMARY_SECTIONS;
  const plain = cdaText({ sections });

  it('may have prefixes, any of them', async () => {
    const expected = await read(plain);
    expect(await read(prefixed(plain))).toEqual(expected);
    expect(await read(prefixed(plain, 'hl7.x-1'))).toEqual(expected);
  });

  it('may be within the style sheet that shows it, which is not looked at', async () => {
    const shown = await read(selfPresenting(plain));
    expect(shown).toEqual(await read(plain));
  });

  it('may come as a Blob', async () => {
    expect(await readCda(new Blob([plain]))).toEqual(await read(plain));
  });

  it('keeps sections within sections', async () => {
    const inner = section('18725-2', 'in');
    const outer = await read(
      cdaText({ sections: section('18719-5', 'out', '', inner) + section('1-8', 'next') }),
    );
    expect(outer.sections).toMatchObject([
      {
        path: '1',
        text: 'out',
        sections: [{ path: '1.1', text: 'in', code: { code: '18725-2' }, title: 'Section 18725-2' }],
      },
      { path: '2', text: 'next', sections: [] },
    ]);
  });

  it('loses no section where several stand in one component', async () => {
    const two = section('1-8', 'first').replace(
      '</section>',
      '</section><section><text>second</text></section>',
    );
    const { sections } = await read(cdaText({ sections: two }));
    expect(sections).toMatchObject([
      { path: '1', text: 'first' },
      { path: '2', text: 'second' },
    ]);
  });

  it('has nothing of other namespaces in it', async () => {
    const foreign = plain.replace('<title>', '<x:title xmlns:x="urn:other">Wrong</x:title><title>');
    expect((await read(foreign)).title).toBe('Historique de vaccinations');
  });

  it('tells how far it is, and stops when told to', async () => {
    const steps: number[] = [];
    const long = bytesOf(cdaText({ sections: section('1-8', 'x'.repeat(400_000)) }));
    await readCda(long, { onProgress: ({ done, total }) => steps.push(done / total) });
    expect(steps.length).toBeGreaterThan(2);
    expect(steps.at(-1)).toBe(1);
    const stop = new AbortController();
    const stopped = readCda(long, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'usage/aborted' });
  });
});

describe('the files in a clinical document', () => {
  it('are the body of level 1', async () => {
    const document = await read(
      nonXml(`<text mediaType="application/pdf" representation="B64">${base64Of(PDF)}\n</text>`),
    );
    expect(document).toMatchObject({ level: 1, sections: [], problems: [] });
    expect(document.files).toEqual([
      {
        ...{ bytes: PDF, mediaType: 'application/pdf', declaredType: 'application/pdf', kind: 'pdf' },
        ...{ name: 'document.pdf', id: null, section: null },
      },
    ]);
  });

  it.each([
    ['text/plain', 'representation="TXT"', 'Bonjour é', 'text', 'document.txt'],
    ['text/plain', '', 'Bonjour', 'text', 'document.txt'],
    ['text/rtf', 'representation="B64"', btoa('{\\rtf1 Bonjour}'), 'rtf', 'document.rtf'],
    ['image/jpeg', 'representation="B64"', btoa('\xff\xd8\xff\xe0JFIF'), 'jpeg', 'document.jpg'],
    ['image/tiff', 'representation="B64"', btoa('II*\0....'), 'tiff', 'document.tif'],
    // Some forget to say that it is Base64.
    ['application/pdf', '', btoa('%PDF-1.4\n'), 'pdf', 'document.pdf'],
  ])('may be %s %s', async (mediaType, representation, content, kind, name) => {
    const document = await read(nonXml(`<text mediaType="${mediaType}" ${representation}>${content}</text>`));
    expect(document.files).toMatchObject([{ mediaType, kind, name }]);
    if (kind === 'text') expect(new TextDecoder().decode(document.files[0]?.bytes)).toBe(content);
  });

  it('are what their bytes say, and not what is declared', async () => {
    const page = btoa('<!DOCTYPE html><script>alert(1)</script>');
    const [first] = (
      await read(nonXml(`<text mediaType="application/pdf" representation="B64">${page}</text>`))
    ).files;
    expect(first).toMatchObject({ mediaType: 'text/html', declaredType: 'application/pdf', kind: 'html' });
    const media = section(
      '55108-5',
      '<renderMultiMedia referencedObject="doc-1"/>',
      `<observationMedia classCode="OBS" moodCode="EVN" ID="doc-1"><value mediaType="image/jpeg" representation="B64" compression="DF">${base64Of(PNG)}</value></observationMedia>`,
    );
    const document = await read(cdaText({ sections: media }));
    expect(document.files).toMatchObject([
      { mediaType: 'image/png', declaredType: 'image/jpeg', name: 'doc-1.png', id: 'doc-1', section: '1' },
    ]);
    expect(document.sections[0]?.text).toBe('[doc-1]');
  });

  describe('that are packed', () => {
    const packed = async (content: Uint8Array, format: CompressionFormat) => {
      const stream = new Blob([new Uint8Array(content)]).stream().pipeThrough(new CompressionStream(format));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    };
    const body = (content: Uint8Array, compression: string, mediaType = 'application/pdf') =>
      nonXml(
        `<text mediaType="${mediaType}" representation="B64" compression="${compression}">${base64Of(content)}</text>`,
      );

    it.each([
      ['DF', 'deflate-raw'],
      ['GZ', 'gzip'],
      ['ZL', 'deflate'],
      // Some name one and mean another.
      ['DF', 'deflate'],
      ['Z', 'gzip'],
      ['df', 'deflate-raw'],
    ] as const)('as %s come out of %s', async (compression, format) => {
      const document = await read(body(await packed(PDF, format), compression));
      expect(document.problems).toEqual([]);
      expect(document.files).toMatchObject([{ bytes: PDF, kind: 'pdf', name: 'document.pdf' }]);
      const words = bytesOf('Compte rendu : tout va bien. é');
      const text = await read(body(await packed(words, format), compression, 'text/plain'));
      expect(text.files).toMatchObject([{ bytes: words, kind: 'text', mediaType: 'text/plain' }]);
    });

    it('are left out where they are cut, changed or packed as nobody knows', async () => {
      const gzip = await packed(
        PDF.map((byte, at) => byte ^ (at % 7)),
        'gzip',
      );
      const changed = gzip.map((byte, at) => (at === gzip.length - 6 ? byte ^ 1 : byte));
      const raw = await packed(
        new Uint8Array(5000).map((_, at) => (at * at) % 251),
        'deflate-raw',
      );
      for (const [bytes, compression] of [
        [gzip.slice(0, -9), 'GZ'],
        [changed, 'GZ'],
        [raw, 'BZ'],
        [raw.slice(0, -40), 'DF'],
        [Uint8Array.of(0x1f, 0x8b, 8), 'GZ'],
      ] as const)
        expect(await read(body(bytes, compression))).toMatchObject({
          files: [],
          problems: [{ why: 'compressed', section: null }],
        });
      const none = await read(body(await packed(new Uint8Array(), 'gzip'), 'GZ'));
      expect(none).toMatchObject({ files: [], problems: [{ why: 'empty' }] });
    });

    it('have room for so much in a document, and what is in it otherwise is read', async () => {
      const bytes = await packed(new Uint8Array(40_000).fill(7), 'deflate-raw');
      const media = (id: string) =>
        `<observationMedia ID="${id}"><value mediaType="application/x-any" representation="B64" compression="DF">${base64Of(bytes)}</value></observationMedia>`;
      const text = cdaText({
        sections: section('1-8', 'Texte', ['a', 'b', 'c'].map(media).join('</entry><entry>')),
      });
      const document = await readCda(bytesOf(text), { limits: { unpackedBytesMax: 100_000 } });
      expect(document.files.map(({ id, bytes: { length } }) => [id, length])).toEqual([
        ['a', 40_000],
        ['b', 40_000],
      ]);
      expect(document.problems).toEqual([{ why: 'too-large', section: '1' }]);
      expect(document.sections[0]?.text).toBe('Texte');
    });
  });

  it('are also what an entry has as a file in the place of words, which are not read as words', async () => {
    const rtf = btoa('{\\rtf1 Bonjour}');
    const note = `<act classCode="ACT" moodCode="EVN"><code code="34109-9" codeSystem="2.16.840.1.113883.6.1"/><text mediaType="text/rtf" representation="B64">${rtf}<reference value="#n"/></text></act>`;
    const value = `<observation classCode="OBS" moodCode="EVN" ID="o1"><code code="1-8"/><value xsi:type="ED" mediaType="application/pdf" representation="B64">${base64Of(PDF)}</value></observation>`;
    const document = await read(
      cdaText({
        sections: section('30954-2', '<content ID="n">Bonjour</content>', `${note}</entry><entry>${value}`),
      }),
    );
    expect(document.files).toMatchObject([
      { kind: 'rtf', name: 'file-1.rtf', section: '1' },
      { kind: 'pdf', name: 'o1.pdf', id: 'o1', section: '1' },
    ]);
    expect(document.results).toEqual([]);
  });

  it('are told to be too many where they are', async () => {
    const media = `<observationMedia><value mediaType="image/png" representation="B64">${base64Of(PNG)}</value></observationMedia>`;
    const document = await read(
      cdaText({
        sections: section('1-8', 'x', Array.from({ length: 203 }, () => media).join('</entry><entry>')),
      }),
    );
    expect(document.files).toHaveLength(200);
    expect(document.problems).toEqual([{ why: 'too-many', section: null }]);
  });

  it('are left out with a word of it where they cannot be read', async () => {
    const value = (attributes: string, content: string) =>
      `<observationMedia classCode="OBS" moodCode="EVN"><value ${attributes}>${content}</value></observationMedia>`;
    const document = await read(
      cdaText({
        sections: section(
          '55108-5',
          'Text',
          [
            value('mediaType="image/png" representation="B64"', 'not base64 !'),
            value('mediaType="image/png" representation="B64"', ''),
            value('mediaType="image/png"', '<reference value="https://example.org/x.png"/>'),
            value('mediaType="image/png" representation="B64" compression="DF"', btoa('\x01\x02\x03')),
            value('mediaType="image/png" representation="B64"', base64Of(PNG)),
          ].join('</entry><entry>'),
        ),
      }),
    );
    expect(document.problems.map(({ why }) => why)).toEqual(['base64', 'empty', 'external', 'compressed']);
    expect(document.files).toMatchObject([{ name: 'file-1.png' }]);
    expect(document.sections[0]?.text).toBe('Text');
  });

  it.each(['A', 'AB=', 'AB=C', 'ABCD=', 'A===', '=', 'AB==CD==', 'A-_B'])(
    'are not made of %s',
    async (content) => {
      const document = await read(
        nonXml(`<text mediaType="application/pdf" representation="B64">${content}</text>`),
      );
      expect(document.problems).toEqual([{ why: 'base64', section: null }]);
    },
  );

  it('are whole at every length', async () => {
    for (let length = 1; length <= 9; length += 1) {
      const bytes = new Uint8Array(length).map((_, at) => 250 + at);
      const text = base64Of(bytes);
      for (const content of [text, text.replace(/=+$/, ''), text.replace(/./g, '$&\r\n\t ')]) {
        const { files } = await read(
          nonXml(`<text mediaType="application/x-any" representation="B64">${content}</text>`),
        );
        expect(files[0]?.bytes).toEqual(bytes);
      }
    }
  });
});

describe('a wrong call', () => {
  it.each([undefined, null, 'x', 7, {}, new ArrayBuffer(8)])('has no file: %s', async (source) => {
    const work = readCda(source as unknown as Uint8Array);
    await expect(work).rejects.toMatchObject({ code: 'usage/invalid', details: { argument: 'source' } });
  });

  it.each([undefined, Number.NaN, -1, 0, Number.POSITIVE_INFINITY, '9'])(
    'has no limit: %s',
    async (bytesMax) => {
      const work = readCda(bytesOf(cdaText()), { limits: { bytesMax: bytesMax as number } });
      await expect(work).rejects.toMatchObject({
        code: 'usage/invalid',
        details: { argument: 'limits.bytesMax' },
      });
    },
  );
});

describe('what is no clinical document', () => {
  const why = async (text: string) =>
    readCda(bytesOf(text)).then(
      () => 'read',
      ({ code, details }) => `${code} ${details.why}`,
    );

  it.each([
    ['%PDF-1.4', 'format/unsupported not-cda'],
    ['{"resourceType":"Bundle"}', 'format/unsupported not-cda'],
    ['MSH|^~\\&|A', 'format/unsupported not-cda'],
    ['<Bundle xmlns="http://hl7.org/fhir"><id value="1"/></Bundle>', 'format/unsupported not-cda'],
    ['<html><body>ClinicalDocument</body></html>', 'format/unsupported not-cda'],
    ['<ClinicalDocument/>', 'format/unsupported not-cda'],
    ['<ClinicalDocument xmlns="urn:hl7-org:v2"/>', 'format/unsupported not-cda'],
    ['<x><ClinicalDocument xmlns="urn:hl7-org:v3"/></x>', 'format/unsupported not-cda'],
    ['<a:ClinicalDocument xmlns="urn:hl7-org:v3"/>', 'format/malformed xml'],
    ['', 'format/malformed empty'],
    ['<ClinicalDocument xmlns="urn:hl7-org:v3">', 'format/malformed xml'],
    [
      '<ClinicalDocument xmlns="urn:hl7-org:v3"/><ClinicalDocument xmlns="urn:hl7-org:v3"/>',
      'format/malformed xml',
    ],
    ['<ClinicalDocument xmlns="urn:hl7-org:v3" a="1" a="2"/>', 'format/malformed xml'],
    ['<ClinicalDocument xmlns="urn:hl7-org:v3">&nbsp;</ClinicalDocument>', 'format/malformed xml'],
    ['<!DOCTYPE ClinicalDocument><ClinicalDocument xmlns="urn:hl7-org:v3"/>', 'format/malformed doctype'],
    [TAIL, 'format/unsupported not-cda'],
  ])('%s', async (text, expected) => {
    expect(await why(text)).toBe(expected);
  });

  it('says in which line it is broken, and nothing of what is there', async () => {
    const broken = cdaText().replace('</title>', '</titre secret>');
    const error = await readCda(bytesOf(broken)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'VaultError',
      code: 'format/malformed',
      details: { why: 'xml', line: 11 },
    });
    expect(JSON.stringify([String(error), error])).not.toContain('titre');
  });
});
