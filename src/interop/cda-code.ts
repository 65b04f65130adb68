import { VaultError } from '../errors.js';
import { cut, lineOf, textOf, type XmlElement } from './xml-element.js';

/** A coded value (HL7 CD). */
export interface CdaCode {
  readonly code: string | null;
  /** OID of the terminology. */
  readonly system: string | null;
  readonly systemName: string | null;
  /** What the terminology calls it, as the document says. */
  readonly display: string | null;
  /** What the author wrote: here, or where the code points to in the text of the section. */
  readonly text: string | null;
  /** The same in other terminologies. */
  readonly translations: readonly CdaCode[];
}

/** The OIDs of terminologies. @internal */
export const OIDS = /* @__PURE__ */ Object.freeze({
  loinc: '2.16.840.1.113883.6.1',
  snomed: '2.16.840.1.113883.6.96',
  icd10: '2.16.840.1.113883.6.3',
  atc: '2.16.840.1.113883.6.73',
  cis: '1.2.250.1.213.2.3.1',
  /** Local codes of the French agency: types of documents, and terms that LOINC does not have. */
  documentTypes: '1.2.250.1.213.1.1.4.12',
  terms: '1.2.250.1.213.1.1.4.322',
});

const TRANSLATIONS_MAX = 20;
const TEXT_CHARS_MAX = 5000;
/** Letters and elements gone through for all that is pointed to. */
const SPENT_MAX = 20_000_000;

/** Elements by the ID that the coded entries of a document point to. @internal */
export class References {
  readonly #byId = new Map<string, XmlElement>();
  /** What was read where an ID is, at full length. */
  readonly #read = new Map<XmlElement, string | null>();
  readonly #meter = { spent: 0 };

  constructor(texts: readonly XmlElement[] = []) {
    const take = (element: XmlElement): void => {
      const id = element.get('ID');
      // Of two with one ID the first counts: what else points to it is not known.
      if (id !== null && !this.#byId.has(id)) this.#byId.set(id, element);
      for (const each of element.elements()) take(each);
    };
    for (const text of texts) take(text);
  }

  /** What is written in an element or where it points to, on one line. Throws `format/too-large`. */
  textOf(element: XmlElement | null, charsMax = 1000): string | null {
    const target = element?.child('reference')?.get('value') ?? null;
    const found = target === null ? undefined : this.#byId.get(target.replace(/^#/, ''));
    // What stands beside the pointer says the same, where there is anything.
    const text = found === undefined ? null : this.#textAt(found);
    if (text !== null) return cut(text, charsMax);
    // A file in the place of words: it is among those of the document.
    return element?.get('representation')?.toUpperCase() === 'B64' ? null : textOf(element, charsMax);
  }

  /** Many may point to one place, or to places within one another: they are not all gone through anew. */
  #textAt(element: XmlElement): string | null {
    const known = this.#read.get(element);
    if (known !== undefined) return known;
    const text = textOf(element, TEXT_CHARS_MAX, this.#meter);
    if (this.#meter.spent > SPENT_MAX)
      throw new VaultError('format/too-large', { why: 'references', max: SPENT_MAX });
    this.#read.set(element, text);
    return text;
  }
}

const NO_REFERENCES = /* @__PURE__ */ new References();

/** A coded value; null where there is none, or nothing but the reason why. @internal */
export function codeOf(element: XmlElement | null, references: References = NO_REFERENCES): CdaCode | null {
  if (element === null) return null;
  const translations = element.all('translation').slice(0, TRANSLATIONS_MAX);
  const code: CdaCode = {
    code: lineOf(element.get('code'), 128),
    system: lineOf(element.get('codeSystem'), 128),
    systemName: lineOf(element.get('codeSystemName'), 128),
    display: lineOf(element.get('displayName'), 500),
    text: references.textOf(element.child('originalText')),
    translations: translations.flatMap((each) => codeOf(each, references) ?? []),
  };
  const says = code.code ?? code.display ?? code.text;
  return says === null && code.translations.length === 0 ? null : code;
}

/** Whether it is a code of LOINC, or of nothing it names. @internal */
export function isLoinc(code: CdaCode | null): boolean {
  return code !== null && (code.system === null || code.system === OIDS.loinc);
}

/** Something coded, as records of the profile have it (FHIR: text, code, and the URI of the system). */
export interface ProposedCode {
  readonly text: string;
  readonly code?: string;
  readonly system?: string;
}

const URIS: Readonly<Record<string, string>> = {
  [OIDS.snomed]: 'http://snomed.info/sct',
  [OIDS.icd10]: 'http://hl7.org/fhir/sid/icd-10',
  [OIDS.loinc]: 'http://loinc.org',
  [OIDS.atc]: 'http://www.whocc.no/atc',
};

/** Null where it says nothing in words or codes. @internal */
export function proposedCode(code: CdaCode | null, words?: string | null): ProposedCode | null {
  const translation = code?.translations.find((each) => each.code !== null);
  const coded = code?.code === null ? (translation ?? code) : code;
  const text = words ?? code?.display ?? code?.text ?? coded?.display ?? coded?.code ?? null;
  if (text === null) return null;
  const [value, system] = [coded?.code ?? null, coded?.system ?? null];
  if (value === null || !/^[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}$/.test(value)) return { text: cut(text, 300) };
  const uri = system === null ? null : (URIS[system] ?? (isOid(system) ? `urn:oid:${system}` : null));
  return { text: cut(text, 300), code: value, ...(uri === null ? {} : { system: uri }) };
}

function isOid(text: string): boolean {
  return text.length <= 128 && /^[0-2](\.\d+)+$/.test(text);
}
