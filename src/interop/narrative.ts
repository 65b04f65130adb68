import { cleanText, oneSpace, type XmlElement } from './xml-element.js';

/** The text of a section, for people. */
export interface Narrative {
  /** Lines of plain text; the cells of a table are parted by ` | `. */
  readonly text: string;
  /**
   * The same as HTML, made of `p ul ol li table caption thead tbody tfoot tr th td br strong em u del sub sup small`
   * and nothing else, with no attributes but `colspan` and `rowspan`: no addresses, no styles, no programs.
   */
  readonly html: string;
}

/** What is written as an element of HTML of that name. */
const KEPT: Readonly<Record<string, string>> = {
  paragraph: 'p',
  caption: 'caption',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tfoot: 'tfoot',
  tr: 'tr',
  sub: 'sub',
  sup: 'sup',
  item: 'li',
  footnote: 'small',
};

/** What is only allowed within what: elsewhere its content stands alone. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  caption: ['table'],
  thead: ['table'],
  tbody: ['table'],
  tfoot: ['table'],
  tr: ['table', 'thead', 'tbody', 'tfoot'],
  item: ['list'],
};

/** What is no text of a document, in whatever namespace: it is left out with all that is in it. */
const LEFT_OUT: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'script style iframe frame frameset object embed applet svg math template noscript noembed noframes xmp ' +
    'plaintext textarea select option title head meta link base form input button audio video source colgroup col'
  ).split(' '),
);

const STYLES: readonly (readonly [style: RegExp, tag: string])[] = [
  [/^bold/i, 'strong'],
  [/italics?$/i, 'em'],
  [/^underline$/i, 'u'],
];

/** The text of a section as people read it; null where there is none. @internal */
export function narrativeOf(text: XmlElement | null): Narrative | null {
  if (text === null) return null;
  const writer = new Writer();
  writer.children(text, 'text');
  const narrative = writer.done();
  return narrative.text === '' && narrative.html === '' ? null : narrative;
}

class Writer {
  readonly #html: string[] = [];
  readonly #lines: string[] = [];
  #line = '';
  #afterBlank = true;
  /** How many cells of tables this is in. */
  #cells = 0;
  /** Whether a line within a cell has ended. */
  #isBroken = false;

  children(parent: XmlElement, within: string): void {
    for (const each of parent.children)
      if (typeof each === 'string') this.#text(each);
      else this.#element(each, within);
  }

  done(): Narrative {
    this.#endLine();
    return {
      text: this.#lines
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim(),
      html: this.#html.join('').trim(),
    };
  }

  #element(element: XmlElement, within: string): void {
    const { name } = element;
    if (LEFT_OUT.has(name.toLowerCase())) return;
    if (name === 'br') {
      this.#html.push('<br>');
      this.#endLine();
    } else if (name === 'content') this.#content(element, within);
    else if (name === 'list') this.#list(element);
    else if (name === 'renderMultiMedia') this.#media(element);
    else if (name === 'footnoteRef') this.#text('*');
    else this.#block(element, within);
  }

  #block(element: XmlElement, within: string): void {
    const { name } = element;
    const tag = Object.hasOwn(KEPT, name) ? KEPT[name] : undefined;
    const isHere = tag !== undefined && (WITHIN[name]?.includes(within) ?? true);
    if (isHere && name === 'tr') {
      this.#row(element);
      return;
    }
    if (BLOCKS.has(name)) this.#endLine();
    if (isHere && name === 'item') this.#item();
    if (isHere) this.#html.push(`<${tag}>`);
    this.#afterBlank = isHere || this.#afterBlank;
    this.children(element, isHere ? name : within);
    if (isHere) this.#html.push(`</${tag}>`);
    if (BLOCKS.has(name)) this.#endLine();
    if (isHere && name === 'table' && this.#cells === 0) this.#lines.push('');
  }

  #row(row: XmlElement): void {
    this.#endLine();
    this.#html.push('<tr>');
    const texts: string[] = [];
    const outer = this.#line;
    this.#cells += 1;
    for (const cell of row.children) {
      const isText = typeof cell === 'string';
      if (isText ? !/\S/.test(cell) : LEFT_OUT.has(cell.name.toLowerCase())) continue;
      // Whatever stands in a row is a cell of it, so that nothing is lost.
      const tag = !isText && cell.name === 'th' ? 'th' : 'td';
      this.#line = '';
      this.#isBroken = false;
      this.#afterBlank = true;
      this.#html.push(`<${tag}${isText ? '' : spans(cell)}>`);
      if (isText) this.#text(cell);
      else if (cell.name === 'td' || cell.name === 'th') this.children(cell, tag);
      else this.#element(cell, tag);
      this.#html.push(`</${tag}>`);
      texts.push(this.#line.trim());
    }
    this.#html.push('</tr>');
    this.#cells -= 1;
    const line = texts.some((text) => text !== '') ? texts.join(' | ') : '';
    this.#isBroken = false;
    this.#line = outer + (outer === '' || line === '' ? '' : ' / ') + line;
    this.#endLine();
  }

  /** The file itself is among those of the document: here is its name, as the text shows it. */
  #media(element: XmlElement): void {
    const caption = element.child('caption');
    if (caption !== null) this.children(caption, 'text');
    const id = /^[\w.-]{1,64}$/.exec(element.get('referencedObject') ?? '')?.[0];
    if (caption === null && id !== undefined) this.#text(`[${id}]`);
  }

  #content(element: XmlElement, within: string): void {
    const styles = (element.get('styleCode') ?? '').split(/\s+/);
    const tags = STYLES.filter(([style]) => styles.some((each) => style.test(each))).map(([, tag]) => tag);
    // Struck out by a later author: readable as such, and no part of what the document says.
    const isDeleted = element.get('revised') === 'delete';
    if (isDeleted) tags.unshift('del');
    this.#html.push(...tags.map((tag) => `<${tag}>`));
    const before = isDeleted ? ([this.#line, this.#lines.length, this.#afterBlank] as const) : null;
    this.children(element, within);
    if (before !== null) {
      this.#lines.length = before[1];
      [this.#line, , this.#afterBlank] = before;
    }
    this.#html.push(...tags.toReversed().map((tag) => `</${tag}>`));
  }

  #item(): void {
    this.#line += this.#isBroken ? ' / - ' : '- ';
    this.#isBroken = false;
  }

  #list(element: XmlElement): void {
    const tag = element.get('listType')?.toLowerCase() === 'ordered' ? 'ol' : 'ul';
    this.#endLine();
    const caption = element.child('caption');
    if (caption !== null) {
      this.#html.push('<p>');
      this.children(caption, 'text');
      this.#html.push('</p>');
      this.#endLine();
    }
    this.#html.push(`<${tag}>`);
    for (const each of element.elements()) if (each !== caption) this.#element(each, 'list');
    this.#html.push(`</${tag}>`);
    this.#endLine();
  }

  #text(raw: string): void {
    const text = oneSpace(cleanText(raw));
    const shown = this.#afterBlank ? text.trimStart() : text;
    if (shown === '') return;
    this.#html.push(escapeHtml(shown));
    this.#line += this.#isBroken ? ` / ${shown}` : shown;
    this.#isBroken = false;
    this.#afterBlank = shown.endsWith(' ');
  }

  #endLine(): void {
    this.#afterBlank = true;
    // A row stays on one line, whatever is in its cells.
    if (this.#cells > 0) {
      this.#isBroken = this.#line !== '';
      return;
    }
    const line = this.#line.trim();
    if (line !== '' && line !== '-') this.#lines.push(line);
    this.#line = '';
  }
}

const BLOCKS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'paragraph caption table thead tbody tfoot tr item div p li h1 h2 h3 h4 ul ol'.split(' '),
);

function spans(cell: XmlElement): string {
  return ['colspan', 'rowspan']
    .map((name) => {
      const span = cell.get(name) ?? '';
      return /^[1-9]\d{0,2}$/.test(span) ? ` ${name}="${span}"` : '';
    })
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? '');
}
