import { HL7 } from './xml-element.js';

/** What a file of text can be. */
export type TextKind = 'rtf' | 'html' | 'cda' | 'xml' | 'json' | 'hl7v2' | 'ics' | 'vcard' | 'text';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const HTML = /^<(?:!doctype\s+html|html|head|body|script|iframe|style|title|table|div|h1|p|br|a|img)[\s>/]/i;

/** Whether a text begins as a page. @internal */
export function isHtml(text: string): boolean {
  const at = rootStart(text);
  return at !== null && HTML.test(text.slice(at, at + 100));
}

/** What a file of text is, or a file that begins with it; null for what is no text. @internal */
export function textKindOf(
  head: Uint8Array,
  isCut: boolean,
): { readonly kind: TextKind; readonly mediaType?: string; readonly encoding: Encoding } | null {
  const decoded = decodeText(head, isCut);
  if (decoded === null) return null;
  const { text, encoding } = decoded;
  const kind = kindOf(text.trimStart());
  const isFhir = kind === 'json' ? FHIR_JSON.test(text) : kind === 'xml' && isFhirXml(text);
  return { kind, encoding, ...(isFhir ? { mediaType: `application/fhir+${kind}` } : {}) };
}

function kindOf(text: string): TextKind {
  if (text.startsWith('{\\rtf')) return 'rtf';
  if (/^(MSH|FHS|BHS)[|^~\\&!-/:-@]/.test(text)) return 'hl7v2';
  if (/^BEGIN:VCALENDAR\s/i.test(text)) return 'ics';
  if (/^BEGIN:VCARD\s/i.test(text)) return 'vcard';
  if (/^(\{\s*("|\})|\[\s*[[{"\d\]tfn-])/.test(text)) return 'json';
  if (isCda(text)) return 'cda';
  // As a page before as XML: what a browser would show as one is one.
  if (isHtml(text)) return 'html';
  return /^<(\?xml\s|!--|!DOCTYPE\s|[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?[\s>/])/.test(text) ? 'xml' : 'text';
}

/** What it is said to be stands among the first, as a rule. */
const FHIR_JSON = /^[\ufeff\s]*\{[\s\S]{0,2000}?"resourceType"\s*:\s*"[A-Z]/;

function isFhirXml(text: string): boolean {
  const root = rootOf(text);
  const [, prefix = ''] = /^<(?:([\w.-]+):)?/.exec(root?.tag ?? '') ?? [];
  return (
    root !== null && declares(root.tag, prefix === '' ? 'xmlns' : `xmlns:${prefix}`, 'http://hl7.org/fhir')
  );
}

const STYLESHEET = 'http://www.w3.org/1999/XSL/Transform';

/** A clinical document, bare or in the style sheet that shows it. */
function isCda(text: string): boolean {
  const root = rootOf(text);
  if (root === null) return false;
  const isNamed = (tag: string, name: string, uri: string, scope: string) => {
    const [, prefix = '', local] = /^<(?:([\w.-]+):)?([\w.-]+)/.exec(tag) ?? [];
    const declared = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
    return local === name && declares(scope, declared, uri);
  };
  if (isNamed(root.tag, 'ClinicalDocument', HL7, root.tag)) return true;
  if (!['stylesheet', 'transform'].some((name) => isNamed(root.tag, name, STYLESHEET, root.tag)))
    return false;
  const inside = /<(?:[\w.-]+:)?ClinicalDocument[\s>][^>]{0,2000}/.exec(root.rest)?.[0];
  return inside !== undefined && isNamed(inside, 'ClinicalDocument', HL7, root.tag + inside);
}

function declares(tag: string, name: string, uri: string): boolean {
  const found = new RegExp(`\\s${name.replaceAll('.', '\\.')}\\s*=\\s*("([^"]*)"|'([^']*)')`).exec(tag);
  return (found?.[2] ?? found?.[3]) === uri;
}

/** The first tag of an XML text, after what may stand before it. */
function rootOf(text: string): { readonly tag: string; readonly rest: string } | null {
  const at = rootStart(text);
  const end = at === null ? -1 : text.indexOf('>', at);
  if (at === null || text[at] !== '<' || end < 0) return null;
  return { tag: text.slice(at, Math.min(end + 1, at + 20_000)), rest: text.slice(end + 1) };
}

/** Where a text goes on after blanks, comments and instructions; null where one of them does not end. */
function rootStart(text: string): number | null {
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    const close = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : null;
    if (close === null) return at;
    const end = text.indexOf(close, at + close.length + 1);
    if (end < 0) return null;
    at = end + close.length;
  }
}

function decodeText(
  head: Uint8Array,
  isCut: boolean,
): { readonly text: string; readonly encoding: Encoding } | null {
  if (head.length === 0) return null;
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return { text: plain('utf-16le', head), encoding: 'utf-16le' };
  if (a === 0xfe && b === 0xff) return { text: plain('utf-16be', head), encoding: 'utf-16be' };
  if (a === 0x3c && b === 0 && c !== 0 && d === 0)
    return { text: plain('utf-16le', head), encoding: 'utf-16le' };
  if (a === 0 && b === 0x3c && c === 0 && d !== 0)
    return { text: plain('utf-16be', head), encoding: 'utf-16be' };
  // Control characters that no text has; 0x0B frames messages of HL7, 0x1B and 0x1C some of them.
  if (head.some((byte) => byte < 0x20 && ![9, 10, 11, 12, 13, 27, 28].includes(byte))) return null;
  try {
    // A character may be cut at the end of what is looked at.
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: isCut }),
      encoding: 'utf-8',
    };
  } catch {
    return { text: plain('windows-1252', head), encoding: 'windows-1252' };
  }
}

function plain(encoding: Encoding, bytes: Uint8Array): string {
  return new TextDecoder(encoding).decode(bytes);
}
