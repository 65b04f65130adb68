import { raisedText } from './raised-text.js';

/** The namespace of CDA, and of HL7 version 3. @internal */
export const HL7 = 'urn:hl7-org:v3';

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** What is looked at anywhere; the rest is not kept. */
const ATTRIBUTES: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'ID classCode code codeSystem codeSystemName colspan compression displayName extension listType mediaType ' +
    'moodCode negationInd nullFlavor qualifier referencedObject representation revised root rowspan styleCode ' +
    'typeCode unit use value'
  ).split(' '),
);
const NO_ATTRIBUTES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map();

/** An element of an XML file: a plain tree, with nothing of a page in it. @internal */
export class XmlElement {
  readonly name: string;
  readonly uri: string;
  readonly children: (XmlElement | string)[] = [];
  #attributes: Map<string, string> | null = null;

  constructor(name: string, uri: string) {
    this.name = name;
    this.uri = uri;
  }

  /** Those that are looked at: without a namespace, and `xsi:type`. */
  get attributes(): ReadonlyMap<string, string> {
    return this.#attributes ?? NO_ATTRIBUTES;
  }

  setAttribute(name: string, uri: string, value: string): void {
    const isType = uri === XSI && name === 'type';
    if (!isType && (uri !== '' || !ATTRIBUTES.has(name))) return;
    this.#attributes ??= new Map();
    this.#attributes.set(isType ? 'xsi:type' : name, value);
  }

  /** An attribute without the blanks around it, or null where it is missing or empty. */
  get(name: string): string | null {
    const value = this.#attributes?.get(name)?.trim();
    return value === undefined || value === '' ? null : value;
  }

  /** The first child of a name in the namespace of HL7, or null. */
  child(name: string): XmlElement | null {
    for (const each of this.children)
      if (typeof each !== 'string' && each.name === name && each.uri === HL7) return each;
    return null;
  }

  /** What is at the end of a path of first children, or null. */
  at(...names: string[]): XmlElement | null {
    let here: XmlElement | null = this;
    for (const name of names) here = here?.child(name) ?? null;
    return here;
  }

  /** All children of a name in the namespace of HL7. */
  all(name: string): XmlElement[] {
    return this.elements().filter((each) => each.name === name && each.uri === HL7);
  }

  /** All children that are elements, of any namespace. */
  elements(): XmlElement[] {
    return this.children.filter((each) => typeof each !== 'string');
  }

  /** Whether a template is declared, with any extension. */
  hasTemplate(roots: ReadonlySet<string>): boolean {
    return this.all('templateId').some((each) => roots.has(each.get('root') ?? ''));
  }
}

/**
 * All text in an element on one line, cut at a length: what is cut is not gone through. What it cost goes to the meter.
 *
 * @internal
 */
export function textOf(
  element: XmlElement | null,
  charsMax = 1000,
  meter: { spent: number } = { spent: 0 },
): string | null {
  if (element === null) return null;
  const parts: string[] = [];
  let room = charsMax * 2;
  const take = (within: XmlElement): void => {
    for (const each of within.children) {
      if (room <= 0) return;
      // Also what is empty costs: many may point to one place.
      room -= 1;
      if (typeof each !== 'string') {
        // Else two cells or lines would run into one word.
        if (BREAKS.has(each.name)) parts.push(' ');
        take(each);
        if (BREAKS.has(each.name)) parts.push(' ');
        continue;
      }
      parts.push(raisedText(within.name, each.slice(0, room)));
      room -= each.length;
    }
  };
  take(element);
  meter.spent += charsMax * 2 - room;
  return lineOf(parts.join(''), charsMax);
}

const BREAKS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'br paragraph item list td th tr table caption'.split(' '),
);

/**
 * A text on one line: no control characters, nothing that turns the direction of writing round, blanks made one; null
 * where nothing is left.
 *
 * @internal
 */
export function lineOf(text: string | null | undefined, charsMax = 1000): string | null {
  if (text === null || text === undefined) return null;
  const line = oneSpace(cleanText(text)).trim();
  return line === '' ? null : cut(line, charsMax);
}

/** With one space for each run of blanks. @internal */
export function oneSpace(text: string): string {
  // Single spaces are left alone: there are many of them.
  return text.replace(/[^\S ]\s*| \s+/g, ' ');
}

/** Without control characters but line ends and tabs, and without what turns the direction of writing round. @internal */
export function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** At most so many UTF-16 units, with three dots where something is missing. @internal */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
