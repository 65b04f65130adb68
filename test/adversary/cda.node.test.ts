import { describe, expect, it } from 'vitest';
import { isVaultError } from '../../src/errors.js';
import { CDA_LIMITS, type CdaDocument, readCda } from '../../src/interop/index.js';
import { bytesOf, cdaText, PATIENT, section } from '../support/cda-fixtures.js';

const MIB = 1024 * 1024;
/** Long for what these take, short for what would not end. */
const PATIENCE_MS = 30_000;

interface Outcome {
  /** `read`, or code and reason of the error. */
  readonly said: string;
  readonly ms: number;
  readonly document: CdaDocument | null;
}

async function outcomeOf(source: string | Uint8Array, options = {}): Promise<Outcome> {
  const bytes = typeof source === 'string' ? bytesOf(source) : source;
  const start = performance.now();
  const done = (said: string, document: CdaDocument | null): Outcome => ({
    said,
    ms: performance.now() - start,
    document,
  });
  try {
    return done('read', await readCda(bytes, options));
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return done(`${error.code} ${error.details.why}`, null);
  }
}

const doctype = (inside: string, text = '&a;') =>
  cdaText({ head: `<title>${text}</title>` }).replace(
    '<ClinicalDocument',
    `<!DOCTYPE ClinicalDocument ${inside}><ClinicalDocument`,
  );

describe('a clinical document made to harm', () => {
  it.each([
    [
      'a billion laughs',
      doctype(
        `[<!ENTITY a0 "ha">${Array.from({ length: 30 }, (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`).join('')}]`,
        '&a30;',
      ),
    ],
    ['one long entity many times', doctype(`[<!ENTITY a "${'x'.repeat(100_000)}">]`, '&a;'.repeat(100_000))],
    ['a file of this machine', doctype('[<!ENTITY a SYSTEM "file:///etc/passwd">]')],
    ['an address', doctype('[<!ENTITY a SYSTEM "http://127.0.0.1:1/x">]')],
    ['a document type elsewhere', doctype('SYSTEM "http://127.0.0.1:1/x.dtd"')],
    ['a public document type', doctype('PUBLIC "-//X//Y" "http://127.0.0.1:1/x.dtd"')],
    ['parameter entities', doctype('[<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]')],
    ['an attribute for every element', doctype('[<!ATTLIST title onload CDATA "x">]', 'x')],
    ['an empty document type', doctype('', 'x')],
    [
      'a document type after comments',
      doctype('', 'x').replace('<!DOCTYPE', `<!-- ${'x'.repeat(100_000)} --><!DOCTYPE`),
    ],
  ])('is refused for its document type: %s', async (_, text) => {
    const { said, ms } = await outcomeOf(text);
    expect(said).toBe('format/malformed doctype');
    expect(ms).toBeLessThan(PATIENCE_MS);
  });

  it.each([
    ['an entity of nobody', cdaText({ head: '<title>&lol;</title>' })],
    ['an entity named as a property', cdaText({ head: '<title>&constructor;&__proto__;</title>' })],
    ['an entity without an end', cdaText({ head: `<title>&${'x'.repeat(200_000)}</title>` })],
    ['a second document type', cdaText({ head: '<title><!DOCTYPE x></title>' })],
  ])('is refused for its entities: %s', async (_, text) => {
    expect((await outcomeOf(text)).said).toBe('format/malformed xml');
  });

  it.each([
    ['depth', `${'<a>'.repeat(100_000)}`],
    ['depth', '<component><section>'.repeat(50_000)],
    ['elements', '<a/>'.repeat(400_000)],
    ['attributes-of-one', `<a ${Array.from({ length: 100_000 }, (_, at) => `a${at}=""`).join(' ')}/>`],
    ['attributes', `<a ${Array.from({ length: 50 }, (_, at) => `a${at}=""`).join(' ')}/>`.repeat(25_000)],
    ['attribute', `<a b="${'x'.repeat(MIB)}"/>`],
  ])('is refused for its %s', async (what, inside) => {
    const { said, ms } = await outcomeOf(cdaText({ tail: inside }));
    expect(said).toBe(`format/too-large ${what}`);
    expect(ms).toBeLessThan(PATIENCE_MS);
  });

  it.each([
    ['blanks', () => new Uint8Array(100 * MIB).fill(0x20)],
    ['letters', () => new Uint8Array(100 * MIB).fill(0x78)],
    ['brackets', () => new Uint8Array(100 * MIB).fill(0x3c)],
    ['zeros', () => new Uint8Array(100 * MIB)],
  ])('is refused by its size before it is read: 100 MiB of %s', async (_, made) => {
    const bytes = made();
    const { said, ms } = await outcomeOf(bytes);
    expect(said).toBe('format/too-large bytes');
    expect(ms).toBeLessThan(1000);
    const blob = new Blob([bytes]);
    const start = performance.now();
    await expect(readCda(blob)).rejects.toMatchObject({
      code: 'format/too-large',
      details: { max: CDA_LIMITS.bytesMax },
    });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('cannot hide from smaller limits', async () => {
    const text = cdaText({ sections: section('1-8', 'x') });
    const bytes = bytesOf(text).length;
    const said = async (limits: object) => (await outcomeOf(text, { limits })).said;
    expect(await said({ bytesMax: bytes })).toBe('read');
    expect(await said({ bytesMax: bytes - 1 })).toBe('format/too-large bytes');
    expect(await said({ depthMax: 6 })).toBe('format/too-large depth');
    expect(await said({ elementsMax: 20 })).toBe('format/too-large elements');
    expect(await said({ attributesMax: 20 })).toBe('format/too-large attributes');
    expect(await said({ attributesOfOneMax: 1 })).toBe('format/too-large attributes-of-one');
    expect(await said({ attributeCharsMax: 10 })).toBe('format/too-large attribute');
  });

  /** What is within the limits and would take the square of its size, were it looked at carelessly. */
  const within: readonly (readonly [string, () => string])[] = [
    ['8 MiB of blanks', () => cdaText({ tail: ' '.repeat(8 * MIB) })],
    ['8 MiB of text', () => cdaText({ sections: section('1-8', 'x '.repeat(4 * MIB)) })],
    ['8 MiB of one comment', () => cdaText({ tail: `<!--${'x'.repeat(8 * MIB)}-->` })],
    ['many comments', () => cdaText({ tail: '<!---->'.repeat(300_000) })],
    ['many instructions', () => cdaText({ tail: '<?a b?>'.repeat(300_000) })],
    ['many references', () => cdaText({ sections: section('1-8', '&amp;'.repeat(500_000)) })],
    ['many numbers of letters', () => cdaText({ sections: section('1-8', '&#x26;&#60;'.repeat(250_000)) })],
    [
      '8 MiB of Base64',
      () =>
        cdaText({
          body: `<component><nonXMLBody><text mediaType="application/pdf" representation="B64">${`${'JVBERi0x'.repeat(9)}\n`.repeat(110_000)}</text></nonXMLBody></component>`,
        }),
    ],
    [
      'text in the place of Base64',
      () =>
        cdaText({
          body: `<component><nonXMLBody><text mediaType="text/plain">${' '.repeat(10 * MIB)}x${' '.repeat(10 * MIB)}</text></nonXMLBody></component>`,
        }),
    ],
    [
      'many line ends in one cell',
      () =>
        cdaText({ sections: section('1-8', `<table><tr><td>${'x<br/>'.repeat(200_000)}</td></tr></table>`) }),
    ],
    [
      'many slashes in one cell',
      () =>
        cdaText({
          sections: section(
            '1-8',
            `<table><tr><td>${'/'.repeat(2 * MIB)}x${' /'.repeat(MIB)}</td></tr></table>`,
          ),
        }),
    ],
    [
      'tables in tables',
      () =>
        cdaText({
          sections: section(
            '1-8',
            `${'<table><tr><td>x'.repeat(60)}${'</td></tr></table>'.repeat(60)}`.repeat(1000),
          ),
        }),
    ],
    [
      'cells in many styles',
      () =>
        cdaText({
          sections: section(
            '1-8',
            `${'<content styleCode="Bold Italics Underline" revised="delete"><sub><sup>'.repeat(50)}<table><tr>${'<td>1</td>'.repeat(280_000)}</tr></table>${'</sup></sub></content>'.repeat(50)}`,
          ),
        }),
    ],
    [
      'paragraphs within one another',
      () =>
        cdaText({
          sections: section(
            '1-8',
            `${'<paragraph>'.repeat(150)}${'x<paragraph>y</paragraph>'.repeat(100_000)}${'</paragraph>'.repeat(150)}`,
          ),
        }),
    ],
    [
      'text and bodies by turns in a table',
      () => cdaText({ sections: section('1-8', `<table>${'x<tbody/>'.repeat(280_000)}</table>`) }),
    ],
    [
      'many files shown at once',
      () =>
        cdaText({
          sections: section(
            '1-8',
            `<renderMultiMedia referencedObject="${'a '.repeat(30_000)}"/>`.repeat(250),
          ),
        }),
    ],
    [
      'many struck out',
      () =>
        cdaText({ sections: section('1-8', '<content revised="delete">x<br/></content>'.repeat(140_000)) }),
    ],
    [
      'many pointers to one long text',
      () =>
        cdaText({
          sections: section(
            '30954-2',
            `<content ID="a">${'<br/>'.repeat(100_000)}</content>`,
            `${'<observation><code><originalText><reference value="#a"/></originalText></code><value xsi:type="ST"><reference value="#a"/></value></observation></entry><entry>'.repeat(
              25_000,
            )}<act/>`,
          ),
        }),
    ],
    [
      'many pointers to texts within one another',
      () => {
        const nest = (at: number) =>
          Array.from({ length: 150 }, (_, depth) => `<content ID="a${at}-${depth}">`).join('') +
          'x'.repeat(6000) +
          '</content>'.repeat(150);
        const pointer = (at: number) =>
          Array.from(
            { length: 150 },
            (_, depth) =>
              `<observation><code code="1"/><value xsi:type="ST"><reference value="#a${at}-${depth}"/></value></observation>`,
          ).join('</entry><entry>');
        const each = Array.from({ length: 300 }, (_, at) => at);
        return cdaText({
          sections: section('30954-2', each.map(nest).join(''), each.map(pointer).join('</entry><entry>')),
        });
      },
    ],
    [
      'many statements in one without a time',
      () =>
        cdaText({
          sections: section(
            '30954-2',
            'x',
            `<organizer>${'<component><observation><code code="2345-7"/><value value="1" unit="g/L"/></observation></component>'.repeat(60_000)}</organizer>`,
          ),
        }),
    ],
    [
      'many entries in one section',
      () =>
        cdaText({
          sections: section(
            '30954-2',
            'x',
            `${'<observation><code code="2345-7"/><value value="1"/></observation></entry><entry>'.repeat(
              60_000,
            )}<act/>`,
          ),
        }),
    ],
    [
      'many pressures of one time',
      () =>
        cdaText({
          sections: section(
            '8716-3',
            'x',
            `<organizer><effectiveTime value="20200101"/>${'<component><observation><code code="8480-6"/><value value="120" unit="mm[Hg]"/></observation></component>'.repeat(60_000)}</organizer>`,
          ),
        }),
    ],
    [
      'deep statements',
      () => {
        const depth = 90;
        const open = '<entryRelationship><act>'.repeat(depth);
        const leaves = '<entryRelationship><observation/></entryRelationship>'.repeat(100_000);
        return cdaText({
          sections: section(
            '1-8',
            'x',
            `<act>${open}${leaves}${'</act></entryRelationship>'.repeat(depth)}</act>`,
          ),
        });
      },
    ],
    ['many sections', () => cdaText({ sections: '<component><section/></component>'.repeat(100_000) })],
    [
      'deep sections',
      () =>
        cdaText({
          sections: `${'<component><section>'.repeat(90)}${'<component><section/></component>'.repeat(100_000)}${'</section></component>'.repeat(90)}`,
        }),
    ],
    [
      'many names',
      () =>
        cdaText({
          patient: PATIENT.replace(
            '<given>',
            `${Array.from({ length: 200_000 }, (_, at) => `<given>${at}</given>`).join('')}<given>`,
          ),
          authors: `<author><assignedAuthor><assignedPerson><name>${Array.from({ length: 50_000 }, (_, at) => `<given>${at}</given>`).join('')}</name></assignedPerson></assignedAuthor></author>`,
        }),
    ],
    ['many patients', () => cdaText({ patient: PATIENT.repeat(10_000) })],
    [
      'many authors',
      () =>
        cdaText({
          authors: '<author><assignedAuthor><id root="1"/></assignedAuthor></author>'.repeat(80_000),
        }),
    ],
    ['many of one ID', () => cdaText({ sections: section('1-8', '<content ID="a"/>'.repeat(250_000)) })],
    [
      'many translations',
      () => cdaText({ head: `<code code="1">${'<translation code="1"/>'.repeat(250_000)}</code>` }),
    ],
    [
      'many namespaces',
      () =>
        cdaText({
          tail: Array.from(
            { length: 100_000 },
            (_, at) => `<a xmlns="urn:${at}" xmlns:p="urn:p${at}"/>`,
          ).join(''),
        }),
    ],
  ];

  it.each(within)('is read or refused in its time: %s', async (_, made) => {
    const { ms } = await outcomeOf(made());
    expect(ms).toBeLessThan(PATIENCE_MS);
  });

  it('does not grow in HTML by the styles it is in', async () => {
    const made = within.find(([name]) => name === 'cells in many styles')?.[1]() ?? '';
    const { document } = await outcomeOf(made);
    expect(document?.sections[0]?.html.length).toBeLessThan(10 * made.length);
  });

  it('is refused for pointers to texts within one another, which would be read for each of them', async () => {
    const made = within.find(([name]) => name === 'many pointers to texts within one another')?.[1];
    expect((await outcomeOf(made?.() ?? '')).said).toBe('format/too-large references');
  });

  describe('with a file that is packed', () => {
    const packed = async (size: number, format: CompressionFormat) => {
      const stream = new Blob([new Uint8Array(size)]).stream().pipeThrough(new CompressionStream(format));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    };
    const body = (bytes: Uint8Array, compression: string) =>
      cdaText({
        body: `<component><nonXMLBody><text mediaType="application/pdf" representation="B64" compression="${compression}">${Buffer.from(bytes).toString('base64')}</text></nonXMLBody></component>`,
      });

    it.each([
      ['DF', 'deflate-raw'],
      ['GZ', 'gzip'],
      ['ZL', 'deflate'],
    ] as const)(
      'that is a bomb as %s: what comes out is counted while it does',
      async (compression, format) => {
        const bomb = await packed(256 * MIB, format);
        const before = process.memoryUsage().rss;
        let most = before;
        const watch = setInterval(() => {
          most = Math.max(most, process.memoryUsage().rss);
        }, 5);
        const { document, ms } = await outcomeOf(body(bomb, compression));
        clearInterval(watch);
        expect(document).toMatchObject({ files: [], problems: [{ why: 'too-large', section: null }] });
        expect(most - before).toBeLessThan(300 * MIB);
        expect(ms).toBeLessThan(PATIENCE_MS);
      },
    );

    it('that is a thousand bombs: there is room for all of them together', async () => {
      const media = `<observationMedia><value mediaType="application/pdf" representation="B64" compression="DF">${Buffer.from(await packed(10 * MIB, 'deflate-raw')).toString('base64')}</value></observationMedia>`;
      const text = cdaText({
        sections: section('1-8', 'x', Array.from({ length: 1000 }, () => media).join('</entry><entry>')),
      });
      const { document, ms } = await outcomeOf(text);
      const size = document?.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
      expect(size).toBe(60 * MIB);
      expect(document?.problems.length).toBeLessThan(300);
      expect(ms).toBeLessThan(PATIENCE_MS / 3);
    });

    it('stops unpacking when told to', async () => {
      const stop = new AbortController();
      const text = body(await packed(60 * MIB, 'gzip'), 'GZ');
      const reading = readCda(bytesOf(text), {
        signal: stop.signal,
        // By then all is parsed, and only the unpacking is left.
        onProgress: ({ done, total }) => done === total && setTimeout(() => stop.abort(), 5),
      });
      await expect(reading).rejects.toMatchObject({ code: 'usage/aborted' });
    });
  });

  it('does not hold the thread while it is read', async () => {
    const text = cdaText({ sections: section('1-8', 'x '.repeat(4 * MIB)) });
    let [turns, isOver] = [0, false];
    const others = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        turns += 1;
      }
    })();
    await readCda(bytesOf(text));
    isOver = true;
    await others;
    // 8 MiB are 64 slices.
    expect(turns).toBeGreaterThan(60);
  });

  it('changes nothing that is shared, whatever its names are', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const text = cdaText({
      head: '<code code="__proto__" codeSystem="constructor"/><title>x</title><id root="__proto__" extension="toString"/>',
      sections: section(
        'toString',
        '<__proto__ a="1"/><constructor/>',
        '<observation><code code="hasOwnProperty"/><value value="1"/></observation>',
      ),
    }).replace('<ClinicalDocument ', '<ClinicalDocument __proto__="x" constructor="y" ');
    const { document } = await outcomeOf(text);
    expect(document).toMatchObject({ category: 'other', classCode: null, id: { kind: null } });
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('asks for nothing over the network', async () => {
    const asked: string[] = [];
    const own = globalThis.fetch;
    globalThis.fetch = (address) => {
      asked.push(String(address));
      return Promise.reject(new Error('asked'));
    };
    try {
      const text = cdaText({
        sections: section(
          '1-8',
          '<linkHtml href="http://127.0.0.1:1/a">a</linkHtml><renderMultiMedia referencedObject="m"/>',
          '<observationMedia ID="m"><value mediaType="image/png"><reference value="http://127.0.0.1:1/b.png"/></value></observationMedia>',
        ),
      }).replace('<?xml-stylesheet', '<?xml-stylesheet href="http://127.0.0.1:1/c.xsl"?><?xml-stylesheet');
      const { document } = await outcomeOf(text);
      expect(document?.problems).toEqual([{ why: 'external', section: '1' }]);
    } finally {
      globalThis.fetch = own;
    }
    expect(asked).toEqual([]);
  });
});
