import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCda } from '../../src/interop/index.js';
import { bytesOf, cdaText, section } from '../support/cda-fixtures.js';

const NAMES = (
  'table thead tbody tfoot tr td th caption list item paragraph content br sub sup linkHtml footnote footnoteRef ' +
  'renderMultiMedia col div p b a img script style svg math select template noscript form input textarea title'
).split(' ');
const ATTRIBUTES = [
  ...['', ' styleCode="Bold"', ' styleCode="Italics Underline"', ' revised="delete"', ' colspan="2"'],
  ...[' listType="ordered"', ' href="javascript:void(self.ran=1)"', ' onclick="self.ran=1"'],
  ...[
    ' style="background:url(http://127.0.0.1:1/x)"',
    ' src="http://127.0.0.1:1/y"',
    ' referencedObject="m"',
  ],
  ' background="http://127.0.0.1:1/z" onmouseover="self.ran=1" id="x" name="cookie"',
];
const TEXTS = [
  ...['texte', ' ', '\n  ', '&amp;', '&lt;img src=x onerror=self.ran=1&gt;', '&quot;', '&#xA0;', '&apos;'],
  ...['<![CDATA[</td></table><script>self.ran=1</script>]]>', '&amp;lt;', '--&gt;', '&lt;!--', '<!-- x -->'],
  ...['&lt;/p&gt;', '&lt;plaintext&gt;', '<![CDATA[<!--><svg onload=self.ran=1>]]>', '10<sup>9</sup>'],
];

async function htmlOf(text: string): Promise<string> {
  const document = await readCda(bytesOf(cdaText({ sections: section('1-8', text) })));
  return document.sections[0]?.html ?? '';
}

/** As a page gives it out again: it writes a few characters in its own way. */
function asPagesWrite(html: string): string {
  return html
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/\u00a0/g, '&nbsp;');
}

/** The same elements, in whatever page it is put. */
function places(): Element[] {
  const old = document.implementation.createHTMLDocument('');
  old.open();
  old.write('<body><div></div>');
  old.close();
  const [strict, quirks] = [document.implementation.createHTMLDocument(''), old];
  expect([strict.compatMode, quirks.compatMode]).toEqual(['CSS1Compat', 'BackCompat']);
  return [strict.body, quirks.body, document.createElement('section')];
}

const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 7 },
    fc.constantFrom(...TEXTS),
    fc
      .tuple(
        fc.constantFrom(...NAMES),
        fc.constantFrom(...ATTRIBUTES),
        fc.array(tie('tree'), { maxLength: 4 }),
      )
      .map(([name, attributes, inside]) => `<${name}${attributes}>${inside.join('')}</${name}>`),
  ),
}));

describe('the HTML of a section, in a page', () => {
  it('is taken as it stands: nothing is moved, added or read otherwise the second time', async () => {
    const all = places();
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { maxLength: 5 }), async (trees) => {
        const html = await htmlOf(trees.join(''));
        for (const place of all) {
          place.innerHTML = html;
          expect(place.innerHTML).toBe(asPagesWrite(html));
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('asks for nothing and runs nothing', async () => {
    const place = document.createElement('div');
    document.body.append(place);
    const asked = () =>
      performance.getEntriesByType('resource').filter(({ name }) => name.includes('127.0.0.1:1/'));
    const before = new Set(Object.keys(window));
    const trees = fc.sample(fc.array(tree, { minLength: 3, maxLength: 8 }), { numRuns: 200, seed: 7 });
    for (const each of trees) {
      place.innerHTML = await htmlOf(each.join(''));
      for (const element of place.querySelectorAll('*')) {
        expect(
          element.getAttributeNames().filter((name) => name !== 'colspan' && name !== 'rowspan'),
        ).toEqual([]);
        (element as HTMLElement).click();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked()).toEqual([]);
    expect(Object.keys(window).filter((name) => !before.has(name))).toEqual([]);
    place.remove();
  });
});
