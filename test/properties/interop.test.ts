import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVaultError } from '../../src/errors.js';
import { type CdaSection, compareIdentity, readCda, sniff } from '../../src/interop/index.js';
import { SECTION_KINDS } from '../../src/profile/list-section.js';
import {
  base64Of,
  bytesOf,
  cdaText,
  LAB_SECTION,
  prefixed,
  SUMMARY_SECTIONS,
  section,
  VACCINATION_SECTION,
  VITALS_SECTION,
} from '../support/cda-fixtures.js';

const FULL = cdaText({ sections: LAB_SECTION + VACCINATION_SECTION + VITALS_SECTION + SUMMARY_SECTIONS });
const FILE = cdaText({
  body: `<component><nonXMLBody><text mediaType="application/pdf" representation="B64">${base64Of(bytesOf('%PDF-1.4\n'.repeat(50)))}</text></nonXMLBody></component>`,
});

const SAFE_HTML =
  /^(?:[^<>&"']|&(?:amp|lt|gt|quot|#39);|<\/?(?:p|ul|ol|li|table|caption|thead|tbody|tfoot|tr|th|td|br|strong|em|u|del|sub|sup|small)>|<t[dh](?: (?:colspan|rowspan)="[1-9]\d{0,2}")+>)*$/;

const flat = (sections: readonly CdaSection[]): CdaSection[] =>
  sections.flatMap((each) => [each, ...flat(each.sections)]);

/** A value, or a typed error; and all that is given out is what it should be. */
async function holds(bytes: Uint8Array): Promise<'read' | string> {
  expect(() => sniff(bytes)).not.toThrow();
  try {
    const document = await readCda(bytes);
    for (const { html, text } of flat(document.sections)) {
      expect(html).toMatch(SAFE_HTML);
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    }
    for (const { section: name, entry, locator } of document.proposals) {
      (SECTION_KINDS[name] as unknown as { check(entry: unknown): unknown }).check(entry);
      expect(locator).toMatch(/^[^\p{Cc}]{1,200}$/u);
    }
    compareIdentity(document.patient, { birthName: 'x', givenNames: ['y'], birthDate: '1979-03-28' });
    expect(structuredClone(document)).toEqual(document);
    return 'read';
  } catch (error) {
    if (!isVaultError(error)) throw error;
    expect(error.code).toMatch(/^format\//);
    return error.code;
  }
}

describe('any file at all', () => {
  it('is read or refused when it is cut anywhere', async () => {
    for (const text of [FULL, FILE, prefixed(FULL)]) {
      const bytes = bytesOf(text);
      for (let percent = 0; percent < 100; percent += 1)
        expect(await holds(bytes.subarray(0, Math.floor((bytes.length * percent) / 100)))).toMatch(
          /^format\//,
        );
      expect(await holds(bytes)).toBe('read');
    }
  });

  it('is read or refused when bytes of it are changed', async () => {
    const bytes = bytesOf(FULL);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 8,
        }),
        async (changes) => {
          const changed = bytes.slice();
          for (const [at, byte] of changes) changed[at] = byte;
          await holds(changed);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is read or refused when parts of it are taken out, doubled or put elsewhere', async () => {
    const tags = FULL.split(/(?=<)/);
    const at = fc.nat(tags.length - 1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('drop', 'double', 'swap'), at, at), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const changed = [...tags];
          for (const [step, from, to] of steps) {
            const [first = '', second = ''] = [changed[from], changed[to]];
            if (step === 'drop') changed[from] = '';
            else if (step === 'double') changed[from] = first + first;
            else [changed[from], changed[to]] = [second, first];
          }
          await holds(bytesOf(changed.join('')));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is read or refused when attributes of it hold anything', async () => {
    const values = [...FULL.matchAll(/="([^"]*)"/g)].map(
      ({ index, 0: { length } }) => [index + 2, length - 3] as const,
    );
    const escaped = fc
      .oneof(
        fc.string(),
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.constantFrom(
          'Non',
          '#',
          '-1',
          '1e9',
          '99999999999999999999',
          'x'.repeat(5000),
          '20201332',
          'NaN',
          '0.0000001',
        ),
      )
      .map((text) =>
        text.replace(/[&<>"\p{Cc}\p{Cs}\ufffe\uffff]/gu, (letter) =>
          /[&<>"]/.test(letter) ? `&#${letter.charCodeAt(0)};` : ' ',
        ),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(values.length - 1), escaped), { minLength: 1, maxLength: 12 }),
        async (changes) => {
          const text = [...new Map(changes)]
            .sort(([a], [b]) => b - a)
            .reduce((whole, [which, value]) => {
              const [start, length] = values[which] ?? [0, 0];
              return whole.slice(0, start) + value + whole.slice(start + length);
            }, FULL);
          await holds(bytesOf(text));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is read or refused when its text is any tree of elements', async () => {
    const name = fc.constantFrom(
      'table',
      'tr',
      'td',
      'th',
      'tbody',
      'list',
      'item',
      'paragraph',
      'content',
      'caption',
      'br',
      'sub',
      'linkHtml',
      'script',
      'svg',
      'div',
      'footnote',
      'renderMultiMedia',
    );
    const attribute = fc.constantFrom(
      '',
      ' colspan="2"',
      ' rowspan="&quot; onload=&quot;x"',
      ' styleCode="Bold"',
      ' styleCode="&gt;&lt;script&gt;Bold"',
      ' revised="delete"',
      ' href="javascript:x"',
      ' ID="v1"',
      ' referencedObject="x"',
      ' listType="ordered"',
    );
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom('texte', ' ', '&lt;b&gt;', '&amp;', '<![CDATA[<img onerror=x>]]>', '&quot;', '\n'),
        fc
          .tuple(name, attribute, fc.array(tie('tree'), { maxLength: 4 }))
          .map(([tag, attributes, inside]) => `<${tag}${attributes}>${inside.join('')}</${tag}>`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { maxLength: 5 }), async (trees) => {
        expect(await holds(bytesOf(cdaText({ sections: section('1-8', trees.join('')) })))).toBe('read');
      }),
      { numRuns: 200 },
    );
  });

  it('is never an error for sniff, and what it tells does not depend on where the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, name) => {
        const told = sniff(bytes, name);
        const moved = new Uint8Array(bytes.length + 7);
        moved.set(bytes, 5);
        expect(sniff(moved.subarray(5, 5 + bytes.length), name)).toEqual(told);
      }),
    );
  });
});

describe('any two names', () => {
  const word = fc.constantFrom('Marie', 'Jean', 'Pierre', 'Noël', "D'Arc", 'Le Goff', 'Anne-Sophie', 'Zoé');
  const names = fc.array(word, { minLength: 1, maxLength: 3 });
  const patient = (birthName: string, given: readonly string[]) => ({
    ...{ ins: [], ids: [], usedName: null, familyName: null, usedGivenName: null, sex: 'female' as const },
    ...{ birthName, givenNames: given.join(' '), firstGivenName: given[0] ?? null, birthDate: '1979-03-28' },
    birthPlace: { code: '51215', name: null },
  });

  it('are the same in any case and with any accents, and a match asks for both', () => {
    const same = { birthDate: '1979-03-28', sex: 'female' as const, birthPlace: '51215' };
    fc.assert(
      fc.property(word, names, word, names, (theirName, theirs, ourName, ours) => {
        const plain = (text: string) =>
          text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase().replace(/[-']/g, ' ');
        const holder = { ...same, birthName: plain(ourName), givenNames: ours.map(plain) };
        const { verdict, traits } = compareIdentity(patient(theirName, theirs), holder);
        expect(traits.birthName).toBe(theirName === ourName ? 'same' : 'different');
        if (theirName === ourName && theirs.join() === ours.join()) expect(verdict).toBe('match');
        if (theirs[0] !== ours[0]) expect(verdict).toBe('mismatch');
        if (verdict === 'match') expect([theirName, theirs[0]]).toEqual([ourName, ours[0]]);
      }),
    );
  });
});
