import { VaultError } from '../errors.js';
import { References } from './cda-code.js';
import { type CdaFile, type CdaProblem, embeddedFile, type FileWork, isEncapsulated } from './cda-file.js';
import { type CdaHeader, headerOf } from './cda-header.js';
import {
  isAllergy,
  isCondition,
  isTreatment,
  type ProposedAllergy,
  type ProposedCondition,
  type ProposedTreatment,
  proposedAllergy,
  proposedCondition,
  proposedTreatment,
} from './cda-history.js';
import { type Found, isMeasure, type ProposedMeasure, proposedMeasures } from './cda-measure.js';
import { type CdaResult, isResult, resultOf } from './cda-result.js';
import { type ProposedResult, proposedResult } from './cda-result-proposal.js';
import { type CdaSection, flatSections, sectionsOf } from './cda-section.js';
import { isEvent, locatorOf, type Statement, statementsOf } from './cda-statement.js';
import {
  type CdaVaccination,
  isVaccination,
  type ProposedVaccination,
  proposedVaccination,
  vaccinationOf,
} from './cda-vaccination.js';
import { Pace, type ReadWork } from './pace.js';
import { HL7, type XmlElement } from './xml-element.js';
import { parseXml, type Sought, type XmlLimits } from './xml-parse.js';

/** What is accepted of a clinical document. */
export interface CdaLimits extends XmlLimits {
  /** Of all files in it that are packed, once they are not; one for which there is no room is left out. */
  readonly unpackedBytesMax: number;
}

/** What is accepted of a clinical document, unless said otherwise. */
export const CDA_LIMITS: CdaLimits = /* @__PURE__ */ Object.freeze({
  bytesMax: 32 * 1024 * 1024,
  depthMax: 200,
  elementsMax: 300_000,
  attributesMax: 1_000_000,
  attributesOfOneMax: 64,
  attributeCharsMax: 64 * 1024,
  unpackedBytesMax: 64 * 1024 * 1024,
});

/** How a clinical document is read. */
export interface ReadCdaOptions extends ReadWork {
  readonly limits?: Partial<CdaLimits> | undefined;
}

/** Something that a document says in codes, in the form in which the profile takes proposals. */
export type CdaProposal = { readonly locator: string } & (
  | { readonly section: 'vaccinations'; readonly entry: ProposedVaccination }
  | { readonly section: 'measures'; readonly entry: ProposedMeasure }
  | { readonly section: 'results'; readonly entry: ProposedResult }
  | { readonly section: 'allergies'; readonly entry: ProposedAllergy }
  | { readonly section: 'conditions'; readonly entry: ProposedCondition }
  | { readonly section: 'treatments'; readonly entry: ProposedTreatment }
);

/** A clinical document (HL7 CDA R2), as plain values. */
export interface CdaDocument extends CdaHeader {
  /** 1 for a body that is a file, 3 for sections, 0 for no body at all. */
  readonly level: 0 | 1 | 3;
  /** Empty for a body that is a file. */
  readonly sections: readonly CdaSection[];
  /** The body of level 1 first, then what is in sections. */
  readonly files: readonly CdaFile[];
  /** Results of the laboratory. */
  readonly results: readonly CdaResult[];
  /** Those of the measures of the profile that it states, also the body mass index and those without a date. */
  readonly measures: readonly CdaResult[];
  /** Vaccines that were given, also those without a date. */
  readonly vaccinations: readonly CdaVaccination[];
  /** What may become part of the profile of the patient, once someone has confirmed it. */
  readonly proposals: readonly CdaProposal[];
  /** What could not be read, while all else was. */
  readonly problems: readonly CdaProblem[];
}

/** Of each kind: more than that is for a program to read, and not for a person to confirm. */
const STATEMENTS_MAX = 2000;
const FILES_MAX = 200;
/** Of one statement, in letters. */
const STATEMENT_WORK = 200;

const STYLESHEET = 'http://www.w3.org/1999/XSL/Transform';
const SELF_PRESENTING = 'urn:asip-sante:ci-sis';

/**
 * Reads a clinical document, bare or within the style sheet that shows it, which is not looked at.
 *
 * Nothing outside the file is ever looked up. A long one is read in slices, so that the thread is not held. Throws
 * `format/malformed` (`why` and often `line`), `format/too-large` (`why`, `max`), `format/unsupported` for what is no
 * clinical document or in an encoding that is not known here, `usage/aborted`, `usage/file-unreadable`, `usage/invalid`.
 */
export async function readCda(source: Uint8Array | Blob, options: ReadCdaOptions = {}): Promise<CdaDocument> {
  const pace = new Pace(options);
  const limits = limitsOf(options.limits);
  const bytes = await bytesOf(source, limits.bytesMax);
  requireMarkup(bytes);
  const root = await parseXml(bytes, limits, pace, seek);
  return documentOf(root, { pace, room: { left: limits.unpackedBytesMax } });
}

async function documentOf(root: XmlElement, work: FileWork): Promise<CdaDocument> {
  const { pace } = work;
  const header = headerOf(root);
  const problems: CdaProblem[] = [];
  if (header.patients.length > 1) problems.push({ why: 'several-patients', section: null });
  const files: CdaFile[] = [];
  const take = async (element: XmlElement, section: string | null, id: string | null) => {
    if (files.length >= FILES_MAX || problems.length >= FILES_MAX) {
      if (problems.at(-1)?.why !== 'too-many') problems.push({ why: 'too-many', section: null });
      return;
    }
    const embedded = await embeddedFile(element, { section, id, number: files.length + 1 }, work);
    if ('file' in embedded) files.push(embedded.file);
    else problems.push(embedded.problem);
  };
  const plain = root.at('component', 'nonXMLBody', 'text');
  if (plain !== null) await take(plain, null, null);
  const body = root.at('component', 'structuredBody');
  const sections = body === null ? [] : await sectionsOf(body, pace);
  const stated = new Stated(header.authors[0]?.name?.text ?? null);
  if (body !== null) {
    const flat = flatSections(body);
    stated.references = new References(flat.flatMap(({ element }) => element.all('text')));
    for (const section of flat)
      for (const statement of statementsOf(section)) {
        await pace.spend(STATEMENT_WORK);
        const { element, name } = statement;
        const [value, text] = [element.child('value'), element.child('text')];
        // Also a note may be written as a file.
        if (text !== null && isEncapsulated(text)) await take(text, section.path, element.get('ID'));
        if (value !== null && (name === 'observationMedia' || isEncapsulated(value)))
          await take(value, section.path, element.get('ID'));
        if (name !== 'observationMedia') stated.take(statement);
      }
  }
  return {
    ...header,
    level: body !== null ? 3 : plain !== null ? 1 : 0,
    sections,
    files,
    ...stated.done(),
    problems,
  };
}

/** What the entries of a document state, sorted. */
class Stated {
  references = new References();
  readonly #prescriber: string | null;
  readonly #results: CdaResult[] = [];
  readonly #measures: Found[] = [];
  readonly #vaccinations: CdaVaccination[] = [];
  readonly #proposals: CdaProposal[] = [];

  constructor(prescriber: string | null) {
    this.#prescriber = prescriber;
  }

  take(statement: Statement): void {
    const { references } = this;
    if (isVaccination(statement)) this.#vaccination(statement);
    else if (isAllergy(statement))
      this.#propose(statement, 'allergies', proposedAllergy(statement, references));
    else if (isCondition(statement))
      this.#propose(statement, 'conditions', proposedCondition(statement, references));
    else if (isTreatment(statement))
      this.#propose(statement, 'treatments', proposedTreatment(statement, references, this.#prescriber));
    else if (statement.name === 'observation' && isEvent(statement)) this.#observation(statement);
  }

  done(): Pick<CdaDocument, 'results' | 'measures' | 'vaccinations' | 'proposals'> {
    const measures = proposedMeasures(this.#measures).map(({ entry, locator }) => ({
      section: 'measures' as const,
      entry,
      locator,
    }));
    return {
      results: this.#results,
      measures: this.#measures.map(({ result }) => result),
      vaccinations: this.#vaccinations,
      proposals: [...this.#proposals, ...measures, ...this.#proposedResults(measures)],
    };
  }

  /** What is proposed as a measure is not proposed again. */
  #proposedResults(measures: readonly CdaProposal[]): CdaProposal[] {
    const places = new Set(measures.map(({ locator }) => locator));
    return this.#results.flatMap((result) => {
      const entry = places.has(result.locator) ? null : proposedResult(result);
      return entry === null ? [] : [{ section: 'results' as const, entry, locator: result.locator }];
    });
  }

  #vaccination(statement: Statement): void {
    const found = vaccinationOf(statement, this.references);
    if (found === null || this.#vaccinations.length >= STATEMENTS_MAX) return;
    this.#vaccinations.push(found);
    this.#propose(statement, 'vaccinations', proposedVaccination(found));
  }

  #observation(statement: Statement): void {
    const result = resultOf(statement, this.references);
    if (result === null) return;
    if (isMeasure(result) && this.#measures.length < STATEMENTS_MAX)
      this.#measures.push({ statement, result });
    if (isResult(statement) && this.#results.length < STATEMENTS_MAX) this.#results.push(result);
  }

  #propose<Name extends CdaProposal['section']>(
    statement: Statement,
    section: Name,
    entry: (CdaProposal & { readonly section: Name })['entry'] | null,
  ): void {
    if (entry === null || this.#proposals.length >= STATEMENTS_MAX) return;
    this.#proposals.push({ section, entry, locator: locatorOf(statement) } as CdaProposal);
  }
}

/** The document is the root, or what a style sheet of the French agency has in it to show itself. */
function seek(name: string, uri: string, depth: number): Sought {
  if (name === 'ClinicalDocument' && uri === HL7 && (depth === 1 || depth === 3)) return 'here';
  if (depth === 1 && uri === STYLESHEET && (name === 'stylesheet' || name === 'transform')) return 'inside';
  return depth === 2 && uri === SELF_PRESENTING ? 'inside' : 'nowhere';
}

/** Of another window or worker as well, whose classes are not these. */
async function bytesOf(source: Uint8Array | Blob, bytesMax: number): Promise<Uint8Array> {
  const isBytes = ArrayBuffer.isView(source) && source.BYTES_PER_ELEMENT === 1;
  const size: unknown = isBytes ? source.byteLength : (source as Blob | undefined)?.size;
  if (typeof size !== 'number') throw new VaultError('usage/invalid', { argument: 'source' });
  if (size > bytesMax) throw new VaultError('format/too-large', { why: 'bytes', max: bytesMax });
  if (isBytes) return source;
  try {
    return new Uint8Array(await (source as Blob).arrayBuffer());
  } catch {
    throw new VaultError('usage/file-unreadable');
  }
}

/** A limit that is no number would be none. */
function limitsOf(given: Partial<CdaLimits> = {}): CdaLimits {
  const limits: CdaLimits = { ...CDA_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new VaultError('usage/invalid', { argument: `limits.${name}` });
  return limits;
}

/** So that a picture is told to be none of these, and not to have a fault in its first line. */
function requireMarkup(bytes: Uint8Array): void {
  const [first] = bytes
    .subarray(0, 64)
    .filter((byte) => ![0, 9, 10, 13, 32, 0xef, 0xbb, 0xbf, 0xfe, 0xff].includes(byte));
  if (bytes.length > 0 && first !== 0x3c) throw new VaultError('format/unsupported', { why: 'not-cda' });
}
