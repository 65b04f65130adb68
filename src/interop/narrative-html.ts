/** What runs along with the text, as against what stands as a block of its own. */
export type InlineTag = 'strong' | 'em' | 'u' | 'del' | 'sub' | 'sup' | 'small';

type Wished = InlineTag | 'p';

/**
 * Writes HTML that a browser takes as it stands: nothing in it has to be closed, moved or added by whoever reads it, so
 * that the page has the elements that are written here and no others.
 *
 * That is: no block in a paragraph, no text in a table but in its cells, no row without a body.
 *
 * @internal
 */
export class HtmlWriter {
  readonly #parts: string[] = [];
  /** What the next text is to stand in, in this block. */
  #wished: Wished[] = [];
  /** How many of these are open. */
  #open = 0;
  /** Whether the last written is a line of this block, that a break would end. */
  #isLine = false;
  #isBreakDue = false;

  /** What was written, without blanks around it. */
  done(): string {
    this.#close();
    return this.#parts.join('').trim();
  }

  text(text: string): void {
    if (this.#isBreakDue && this.#isLine && !this.#wished.slice(this.#open).includes('p'))
      this.#parts.push('<br>');
    for (const tag of this.#wished.slice(this.#open)) this.#parts.push(`<${tag}>`);
    this.#open = this.#wished.length;
    this.#parts.push(escapeHtml(text));
    this.#isLine = true;
    this.#isBreakDue = false;
  }

  lineBreak(): void {
    this.#parts.push('<br>');
    this.#isLine = false;
    this.#isBreakDue = false;
  }

  /** What follows is not to run into what was before. */
  apart(): void {
    this.#isBreakDue = true;
  }

  inline(tags: readonly InlineTag[], write: () => void): void {
    const before = this.#wished;
    this.#wished = [...before, ...tags.filter((tag) => !before.includes(tag))];
    write();
    this.#close(before.length);
    this.#wished = before;
  }

  /** A paragraph in another ends it, and what follows begins a third. */
  paragraph(write: () => void): void {
    const before = this.#wished;
    this.#close();
    this.#isLine = false;
    if (!before.includes('p')) this.#wished = [...before, 'p'];
    write();
    this.#close();
    this.#wished = before;
    this.#isLine = false;
  }

  /** An element that holds blocks, or text on its own. What is bold around it is bold in it. */
  block(tag: string, attributes: string, write: () => void): void {
    const before = this.#wished;
    this.#close();
    this.#parts.push(`<${tag}${attributes}>`);
    this.#wished = before.filter((each) => each !== 'p');
    [this.#isLine, this.#isBreakDue] = [false, false];
    write();
    this.#close();
    this.#parts.push(`</${tag}>`);
    this.#wished = before;
    [this.#isLine, this.#isBreakDue] = [false, false];
  }

  #close(to = 0): void {
    for (; this.#open > to; this.#open -= 1) this.#parts.push(`</${this.#wished[this.#open - 1]}>`);
  }
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
