import { describe, expect, it } from 'vitest';
import { readCda } from '../../../src/interop/index.js';
import { bytesOf, cdaText, prefixed, section } from '../../support/cda-fixtures.js';

async function shown(text: string): Promise<{ text: string; html: string }> {
  const document = await readCda(bytesOf(cdaText({ sections: section('1-8', text) })));
  const { text: plain = '', html = '' } = document.sections[0] ?? {};
  return { text: plain, html };
}

/** All that HTML may hold here: a tag of the list with no attributes but these, text, and references to five characters. */
const ALLOWED =
  /^(?:[^<>&"']|&(?:amp|lt|gt|quot|#39);|<\/?(?:p|ul|ol|li|table|caption|thead|tbody|tfoot|tr|th|td|br|strong|em|u|del|sub|sup|small)>|<t[dh](?: (?:colspan|rowspan)="[1-9]\d{0,2}")+>)*$/;

describe('the text of a section', () => {
  it('has a line for each row, with its cells apart', async () => {
    const { text, html } = await shown(
      `<table border="1"><caption>Bilan</caption><thead><tr><th>Nom</th><th colspan="2">Valeur</th></tr></thead>
       <tbody><tr><td>TSH<br/>(ECL)</td><td/><td rowspan="9999">1.95</td></tr><tr><td><list><item>a</item><item>b</item></list></td><td>c</td></tr></tbody></table>après`,
    );
    expect(text).toBe('Bilan\nNom | Valeur\nTSH / (ECL) |  | 1.95\n- a / - b | c\n\naprès');
    expect(html).toBe(
      '<table><caption>Bilan</caption><thead><tr><th>Nom</th><th colspan="2">Valeur</th></tr></thead>' +
        '<tbody><tr><td>TSH<br>(ECL)</td><td></td><td>1.95</td></tr><tr><td><ul><li>a</li><li>b</li></ul></td><td>c</td></tr></tbody></table>après',
    );
  });

  it('keeps lists, paragraphs, small print and what stands high or low', async () => {
    const { text, html } = await shown(
      `<paragraph><caption>Note</caption>Eau H<sub>2</sub>O, 10<sup>9</sup>/L<footnote ID="f1">à jeun</footnote> <footnoteRef IDREF="f1"/></paragraph>
       <list listType="ordered"><caption>À faire</caption><item>un</item><item>deux<br/>encore</item></list>`,
    );
    expect(text).toBe('Note\nEau H₂O, 10⁹/L à jeun *\nÀ faire\n- un\n- deux\nencore');
    expect(html).toBe(
      '<p>Note<br>' +
        'Eau H<sub>2</sub>O, 10<sup>9</sup>/L <small>à jeun</small> *</p><p>À faire</p><ol><li>un</li><li>deux<br>encore</li></ol>',
    );
  });

  it('never makes another number of one that has the number of a note, or a power, beside it', async () => {
    const { text } = await shown(
      '<table><tr><td>4,6-18,7<sup>2)</sup></td><td>8 x10<sup>-3</sup></td><td>5<sup>1,2</sup></td><td>24<sup>ème</sup></td><td>CO<sub>2</sub></td></tr></table>',
    );
    expect(text).toBe('4,6-18,7²⁾ | 8 x10⁻³ | 5¹,² | 24ème | CO₂');
  });

  it('parts in HTML too what stands apart and has no element of its own there', async () => {
    const { text, html } = await shown(
      '<paragraph><caption>Conclusion</caption>rien</paragraph><div>a</div><div>b<p>c</p></div>d',
    );
    expect(text).toBe('Conclusion\nrien\na\nb\nc\nd');
    expect(html).toBe('<p>Conclusion<br>rien</p>a<br>b<br>c<br>d');
  });

  it('has no block in a paragraph, no row without a body, and nothing in a table but in its cells', async () => {
    const html = async (text: string) => (await shown(text)).html;
    expect(await html('<paragraph>a<list><item>b</item></list>c</paragraph>')).toBe(
      '<p>a</p><ul><li>b</li></ul><p>c</p>',
    );
    expect(await html('<paragraph>a<paragraph>b</paragraph>c</paragraph>')).toBe('<p>a</p><p>b</p><p>c</p>');
    expect(await html('<table><tr><td>a</td></tr></table>')).toBe(
      '<table><tbody><tr><td>a</td></tr></tbody></table>',
    );
    expect(await html('<table>a<thead>b<tr>c</tr></thead><content>d</content></table>')).toBe(
      '<table><tbody><tr><td>a</td></tr></tbody><thead><tr><td>b</td></tr><tr><td>c</td></tr></thead>' +
        '<tbody><tr><td>d</td></tr></tbody></table>',
    );
    expect(await html('<list>a<item>b</item><paragraph>c</paragraph></list>')).toBe(
      '<ul><li>a</li><li>b</li><li><p>c</p></li></ul>',
    );
    expect(
      await html(
        '<content styleCode="Bold">a<table><tr><td>b</td></tr></table><content styleCode="Bold">c</content></content>',
      ),
    ).toBe(
      '<strong>a</strong><table><tbody><tr><td><strong>b</strong></td></tr></tbody></table><strong>c</strong>',
    );
  });

  it('names every file that it shows', async () => {
    const { text } = await shown('<renderMultiMedia referencedObject="DOC-1 DOC-2"/>');
    expect(text).toBe('[DOC-1] [DOC-2]');
  });

  it('shows what is bold, slanted or struck out; what was struck out is not in the plain text', async () => {
    const { text, html } = await shown(
      'Dose : <content revised="delete">10 mg</content><content revised="insert" styleCode="BoldItalics Underline">5 mg</content>',
    );
    expect(text).toBe('Dose : 5 mg');
    expect(html).toBe('Dose : <del>10 mg</del><strong><em><u>5 mg</u></em></strong>');
  });

  it('is the same with prefixes', async () => {
    const text = '<paragraph>a <content styleCode="Bold">b</content></paragraph>';
    const document = await readCda(bytesOf(prefixed(cdaText({ sections: section('1-8', text) }))));
    expect(document.sections[0]?.html).toBe('<p>a <strong>b</strong></p>');
  });

  it('loses nothing that is written in an element it does not know', async () => {
    const { text, html } = await shown(
      '<div xmlns="urn:x" class="y"><b>gras</b> et <table><tr>seul<x>un</x><td>deux</td></tr></table></div>',
    );
    expect(text).toContain('gras et');
    expect(text).toContain('seul | un | deux');
    expect(html).toContain('<td>seul</td><td>un</td><td>deux</td>');
  });

  it('holds no cell outside a row and no row outside a table', async () => {
    const { html } = await shown(
      '<tr><td>a</td></tr><td>b</td><tbody>c</tbody><item>d</item><caption>e</caption>',
    );
    expect(html).not.toMatch(/<(tr|td|tbody|li|caption)/);
    expect(html).toBe('a<br>b<br>c<br>d<br>e');
  });
});

describe('nothing in the text of a section', () => {
  it.each([
    '<script>alert(1)</script>',
    '<SCRIPT xmlns="http://www.w3.org/1999/xhtml">alert(1)</SCRIPT>',
    '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><text>alert(1)</text></svg>',
    '<math><mtext>alert(1)</mtext></math>',
    '<style>body{background:url(https://example.org/x)}</style>',
    '<iframe src="javascript:alert(1)">alert(1)</iframe>',
    '<object data="https://example.org/x">alert(1)</object>',
    '<template><paragraph>alert(1)</paragraph></template>',
    '<noscript>alert(1)</noscript>',
    '<form action="https://example.org"><button>alert(1)</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://example.org"/>',
    '<paragraph onclick="alert(1)" style="x:expression(alert(1))" class="x">',
    '<table background="https://example.org/x" onmouseover="alert(1)"><tr><td style="x" width="1" colspan="1 onload=alert(1)">x</td></tr></table>',
    '<linkHtml href="javascript:alert(1)" onclick="alert(1)">lien</linkHtml>',
    '<linkHtml href="https://example.org/?id=1">lien</linkHtml>',
    '<a href="javascript:alert(1)">lien</a>',
    '<img src="https://example.org/x" onerror="alert(1)"/>',
    '<renderMultiMedia referencedObject="javascript:alert(1)"/>',
    '<renderMultiMedia referencedObject="&lt;img src=x onerror=alert(1)&gt;"/>',
    '<content styleCode="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;Bold">x</content>',
    '<list listType="&quot;&gt;&lt;script&gt;alert(1)"><item>x</item></list>',
  ])('runs or fetches anything: %s', async (text) => {
    const closed = text.endsWith('class="x">') ? `${text}x</paragraph>` : text;
    const { text: plain, html } = await shown(`avant ${closed} après`);
    expect(html).toMatch(ALLOWED);
    expect(`${plain} ${html}`).not.toMatch(/alert|example\.org|javascript|on\w+=/i);
    expect(plain.replace(/\s+/g, ' ')).toMatch(/^avant .*après$/);
  });

  it.each([
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<![CDATA[<img src=x onerror=alert(1)>]]>',
    '&#60;svg/onload=alert(1)&#62;',
    '"\'&amp;lt;b&amp;gt;',
  ])('that is text becomes a tag: %s', async (text) => {
    const { text: plain, html } = await shown(`<paragraph>${text}</paragraph>`);
    expect(html).toMatch(ALLOWED);
    expect(html).toMatch(/^<p>[^<>"']*<\/p>$/);
    const back = html
      .slice(3, -4)
      .replace(
        /&(lt|gt|quot|#39|amp);/g,
        (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name] ?? '',
      );
    expect(back).toBe(plain);
  });

  it('turns the direction of writing round, or is a control character', async () => {
    const { text, html } = await shown('dose \u202e01\u202c mg\u2066x\u2069 &#x85;fin');
    expect(text).toBe('dose 01 mgx fin');
    expect(html).toBe('dose 01 mgx fin');
  });
});
