import { HtmlWriter, type InlineTag } from './narrative-html.js';
import { raisedText } from './raised-text.js';
import { cleanText, oneSpace, XmlElement } from './xml-element.js';

/** The text of a section, for people. */
export interface Narrative {
  /** Lines of plain text; the cells of a table are parted by ` | `, and numbers that stand high or low do so: 10⁹. */
  readonly text: string;
  /**
   * The same as HTML, made of `p ul ol li table caption thead tbody tfoot tr th td br strong em u del sub sup small`
   * and nothing else, with no attributes but `colspan` and `rowspan`: no addresses, no styles, no programs. A browser
   * takes it as it stands, and has nothing to mend in it.
   */
  readonly html: string;
}

/** What is no text of a document, in whatever namespace: it is left out with all that is in it. */
const LEFT_OUT: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'script style iframe frame frameset object embed applet svg math template noscript noembed noframes xmp ' +
    'plaintext textarea select option title head meta link base form input button audio video source colgroup col'
  ).split(' '),
);

const STYLES: readonly (readonly [style: RegExp, tag: InlineTag])[] = [
  [/^bold/i, 'strong'],
  [/italics?$/i, 'em'],
  [/^underline$/i, 'u'],
];

/** The text of a section as people read it; null where there is none. @internal */
export function narrativeOf(text: XmlElement | null): Narrative | null {
  if (text === null) return null;
  const writer = new Writer();
  writer.children(text);
  const narrative = writer.done();
  return narrative.text === '' && narrative.html === '' ? null : narrative;
}

class Writer {
  readonly #html = new HtmlWriter();
  readonly #lines: string[] = [];
  #line = '';
  #afterBlank = true;
  /** How many cells of tables this is in. */
  #cells = 0;
  /** Whether a line within a cell has ended. */
  #isBroken = false;
  /** `sup` or `sub`, where this is in one. */
  #raised = '';

  children(parent: XmlElement): void {
    for (const each of parent.children)
      if (typeof each === 'string') this.#text(each);
      else this.#element(each);
  }

  done(): Narrative {
    this.#endLine();
    return {
      text: this.#lines
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim(),
      html: this.#html.done(),
    };
  }

  #element(element: XmlElement): void {
    const { name } = element;
    if (LEFT_OUT.has(name.toLowerCase())) return;
    if (name === 'br') {
      this.#html.lineBreak();
      this.#endLine();
    } else if (name === 'content') this.#content(element);
    else if (name === 'paragraph') this.#apart(() => this.#html.paragraph(() => this.children(element)));
    else if (name === 'list') this.#list(element);
    else if (name === 'table') this.#table(element);
    else if (name === 'sub' || name === 'sup') this.#raise(element, name);
    else if (name === 'footnote') this.#footnote(element);
    else if (name === 'footnoteRef') this.#text('*');
    else if (name === 'renderMultiMedia') this.#media(element);
    else if (APART.has(name)) {
      this.#html.apart();
      this.#apart(() => this.children(element));
      this.#html.apart();
    } else this.children(element);
  }

  /** On lines of its own. */
  #apart(write: () => void): void {
    this.#endLine();
    write();
    this.#endLine();
  }

  #table(table: XmlElement): void {
    this.#apart(() =>
      this.#html.block('table', '', () => {
        for (const run of runsOf(table, (each) => TABLE_PARTS.has(each.name)))
          if (!(run instanceof XmlElement)) this.#body('tbody', run);
          else if (run.name === 'caption')
            this.#apart(() => this.#html.block('caption', '', () => this.children(run)));
          else this.#body(run.name, run.children);
      }),
    );
    if (this.#cells === 0) this.#lines.push('');
  }

  #body(tag: string, children: readonly (XmlElement | string)[]): void {
    if (!children.some(isShown)) return;
    this.#html.block(tag, '', () => {
      for (const each of children)
        if (isShown(each)) this.#row(typeof each !== 'string' && each.name === 'tr' ? each.children : [each]);
    });
  }

  #row(cells: readonly (XmlElement | string)[]): void {
    this.#endLine();
    const texts: string[] = [];
    const outer = this.#line;
    this.#cells += 1;
    this.#html.block('tr', '', () => {
      for (const cell of cells.filter(isShown)) {
        // Whatever stands in a row is a cell of it, so that nothing is lost.
        const isCell = typeof cell !== 'string' && (cell.name === 'td' || cell.name === 'th');
        this.#line = '';
        this.#isBroken = false;
        this.#afterBlank = true;
        this.#html.block(isCell ? cell.name : 'td', isCell ? spans(cell) : '', () => {
          if (typeof cell === 'string') this.#text(cell);
          else if (isCell) this.children(cell);
          else this.#element(cell);
        });
        texts.push(this.#line.trim());
      }
    });
    this.#cells -= 1;
    const line = texts.some((text) => text !== '') ? texts.join(' | ') : '';
    this.#isBroken = false;
    this.#line = outer + (outer === '' || line === '' ? '' : ' / ') + line;
    this.#endLine();
  }

  /** The files themselves are among those of the document: here are their names, as the text shows them. */
  #media(element: XmlElement): void {
    const caption = element.child('caption');
    if (caption !== null) {
      this.children(caption);
      return;
    }
    const ids = (element.get('referencedObject') ?? '').split(/\s+/).slice(0, MEDIA_MAX);
    this.#text(ids.flatMap((id) => (/^[\w.-]{1,64}$/.test(id) ? [`[${id}]`] : [])).join(' '));
  }

  #content(element: XmlElement): void {
    const styles = (element.get('styleCode') ?? '').split(/\s+/);
    const tags = STYLES.filter(([style]) => styles.some((each) => style.test(each))).map(([, tag]) => tag);
    // Struck out by a later author: readable as such, and no part of what the document says.
    const isDeleted = element.get('revised') === 'delete';
    if (isDeleted) tags.unshift('del');
    const before = isDeleted ? ([this.#line, this.#lines.length, this.#afterBlank] as const) : null;
    this.#html.inline(tags, () => this.children(element));
    if (before !== null) {
      this.#lines.length = before[1];
      [this.#line, , this.#afterBlank] = before;
    }
  }

  #raise(element: XmlElement, name: 'sub' | 'sup'): void {
    const outer = this.#raised;
    this.#raised = name;
    this.#html.inline([name], () => this.children(element));
    this.#raised = outer;
  }

  #footnote(element: XmlElement): void {
    this.#text(' ');
    this.#html.inline(['small'], () => this.children(element));
    this.#text(' ');
  }

  #list(element: XmlElement): void {
    const tag = element.get('listType')?.toLowerCase() === 'ordered' ? 'ol' : 'ul';
    this.#endLine();
    const caption = element.child('caption');
    if (caption !== null) this.#apart(() => this.#html.paragraph(() => this.children(caption)));
    const items = element.children.filter((each) => each !== caption && isShown(each));
    if (items.length === 0) return;
    this.#html.block(tag, '', () => {
      for (const each of items)
        this.#apart(() => {
          this.#line += this.#isBroken ? ' / - ' : '- ';
          this.#isBroken = false;
          this.#html.block('li', '', () => {
            this.#afterBlank = true;
            if (typeof each === 'string') this.#text(each);
            else if (each.name === 'item') this.children(each);
            else this.#element(each);
          });
        });
    });
    this.#endLine();
  }

  #text(raw: string): void {
    const text = oneSpace(cleanText(raw));
    const shown = this.#afterBlank ? text.trimStart() : text;
    if (shown === '') return;
    this.#html.text(shown);
    const plain = raisedText(this.#raised, shown);
    this.#line += this.#isBroken ? ` / ${plain}` : plain;
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

const MEDIA_MAX = 20;
const TABLE_PARTS: ReadonlySet<string> = /* @__PURE__ */ new Set('caption thead tbody tfoot'.split(' '));

/** What stands apart, and where it stands is no element of its own. */
const APART: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'caption thead tbody tfoot tr td th item div p li h1 h2 h3 h4 h5 h6 ul ol dl dt dd section blockquote'.split(
    ' ',
  ),
);

/** Each of some elements by itself, and what is between them together. */
function runsOf(
  parent: XmlElement,
  isAlone: (element: XmlElement) => boolean,
): (XmlElement | (XmlElement | string)[])[] {
  const runs: (XmlElement | (XmlElement | string)[])[] = [];
  for (const each of parent.children) {
    const last = runs.at(-1);
    if (typeof each !== 'string' && isAlone(each)) runs.push(each);
    else if (Array.isArray(last)) last.push(each);
    else runs.push([each]);
  }
  return runs;
}

function isShown(each: XmlElement | string): boolean {
  return typeof each === 'string' ? /\S/.test(each) : !LEFT_OUT.has(each.name.toLowerCase());
}

function spans(cell: XmlElement): string {
  return ['colspan', 'rowspan']
    .map((name) => {
      const span = cell.get(name) ?? '';
      return /^[1-9]\d{0,2}$/.test(span) ? ` ${name}="${span}"` : '';
    })
    .join('');
}
