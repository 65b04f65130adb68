import { SaxesParser } from 'saxes';
import { VaultError } from '../errors.js';
import type { Pace } from './pace.js';
import { XmlElement } from './xml-element.js';
import { decodeXml, xmlEncodingOf } from './xml-encoding.js';

/** What is accepted of a file, checked while it is read. */
export interface XmlLimits {
  /** Before anything is read. */
  readonly bytesMax: number;
  /** Elements within one another. */
  readonly depthMax: number;
  readonly elementsMax: number;
  /** Of the whole file. */
  readonly attributesMax: number;
  readonly attributesOfOneMax: number;
  /** Of one attribute. */
  readonly attributeCharsMax: number;
}

/** Where the wanted tree is: at an element itself, further in, or not here. @internal */
export type Sought = 'here' | 'inside' | 'nowhere';

const SLICE_BYTES = 128 * 1024;

/**
 * Parses XML into a tree, slice by slice; strictly, with namespaces, and with no document type at all: so there are no
 * entities but the five of XML, and nothing outside the file is looked at.
 *
 * `seek` tells for the elements from the root on whether they are what is wanted; there has to be one. Throws
 * `format/malformed` (`why`, `line`), `format/too-large` (`why`, `max`), `format/unsupported`, `usage/aborted`.
 *
 * @internal
 */
export async function parseXml(
  bytes: Uint8Array,
  limits: XmlLimits,
  pace: Pace,
  seek: (name: string, uri: string, depth: number) => Sought,
): Promise<XmlElement> {
  if (bytes.length > limits.bytesMax) throw tooLarge('bytes', limits.bytesMax);
  pace.check();
  const builder = new TreeBuilder(limits, seek);
  let isBegun: boolean = false;
  for (const { text, done } of decodeXml(bytes, xmlEncodingOf(bytes), SLICE_BYTES)) {
    // Blanks before the declaration are no XML, and harm nobody.
    const begun: string = isBegun ? text : text.trimStart();
    isBegun ||= begun !== '';
    if (begun !== '') builder.write(begun);
    await pace.rest(done, bytes.length);
  }
  return builder.end();
}

class TreeBuilder {
  readonly #seek: (name: string, uri: string, depth: number) => Sought;
  readonly #parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  readonly #open: XmlElement[] = [];
  #found: XmlElement | null = null;
  #depth = 0;
  /** Depth from which on nothing is looked for, or zero. */
  #passedOver = 0;
  #elements = 0;
  #attributes = 0;
  #attributesOfOne = 0;

  constructor(limits: XmlLimits, seek: (name: string, uri: string, depth: number) => Sought) {
    this.#seek = seek;
    const parser = this.#parser;
    // What the parser says of it may quote the document.
    parser.on('error', () => this.#malformed('xml'));
    parser.on('doctype', () => this.#malformed('doctype'));
    parser.on('opentagstart', () => {
      this.#attributesOfOne = 0;
      this.#depth += 1;
      this.#elements += 1;
      if (this.#depth > limits.depthMax) throw tooLarge('depth', limits.depthMax);
      if (this.#elements > limits.elementsMax) throw tooLarge('elements', limits.elementsMax);
    });
    parser.on('attribute', ({ value }) => {
      this.#attributes += 1;
      this.#attributesOfOne += 1;
      if (this.#attributes > limits.attributesMax) throw tooLarge('attributes', limits.attributesMax);
      if (this.#attributesOfOne > limits.attributesOfOneMax)
        throw tooLarge('attributes-of-one', limits.attributesOfOneMax);
      if (value.length > limits.attributeCharsMax) throw tooLarge('attribute', limits.attributeCharsMax);
    });
    parser.on('opentag', ({ local, uri, attributes }) => {
      if (!this.#opens(local, uri)) return;
      const element = new XmlElement(local, uri);
      for (const name in attributes) {
        const attribute = attributes[name];
        if (attribute !== undefined) element.setAttribute(attribute.local, attribute.uri, attribute.value);
      }
      this.#open.at(-1)?.children.push(element);
      this.#open.push(element);
      this.#found ??= element;
    });
    parser.on('closetag', () => {
      this.#depth -= 1;
      if (this.#depth < this.#passedOver) this.#passedOver = 0;
      this.#open.pop();
    });
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  write(text: string): void {
    try {
      this.#parser.write(text);
    } catch (error) {
      if (error instanceof VaultError) throw error;
      this.#malformed('xml');
    }
  }

  end(): XmlElement {
    try {
      this.#parser.close();
    } catch (error) {
      if (error instanceof VaultError) throw error;
      this.#malformed('xml');
    }
    if (this.#found === null) throw new VaultError('format/unsupported', { why: 'not-cda' });
    return this.#found;
  }

  #opens(local: string, uri: string): boolean {
    if (this.#open.length > 0) return true;
    if (this.#passedOver > 0) return false;
    const sought = this.#seek(local, uri, this.#depth);
    if (sought === 'here') {
      if (this.#found !== null) this.#malformed('several-documents');
      return true;
    }
    if (sought === 'inside') return false;
    if (this.#depth === 1) throw new VaultError('format/unsupported', { why: 'not-cda' });
    this.#passedOver = this.#depth;
    return false;
  }

  #text(text: string): void {
    const parent = this.#open.at(-1);
    if (parent === undefined || text === '') return;
    parent.children.push(/\S/.test(text) ? text : ' ');
  }

  #malformed(why: string): never {
    throw new VaultError('format/malformed', { why, line: this.#parser.line });
  }
}

function tooLarge(why: string, max: number): VaultError {
  return new VaultError('format/too-large', { why, max });
}
