import { type CdaCode, codeOf, OIDS, type ProposedCode, proposedCode, type References } from './cda-code.js';
import { isSaidNot } from './cda-negation.js';
import { type CdaParty, partyOf } from './cda-party.js';
import { observedAt } from './cda-result.js';
import { isEvent, locatorOf, type Statement } from './cda-statement.js';
import { dateOf } from './cda-time.js';
import { type CdaQuantity, quantityOf } from './cda-value.js';
import { cleanText, cut, lineOf, textOf, type XmlElement } from './xml-element.js';

/** A vaccine that was given, as a document says. */
export interface CdaVaccination {
  readonly vaccine: CdaCode | null;
  /** What it is called: by its product, else by its substance. */
  readonly name: string | null;
  readonly cis: string | null;
  readonly cip: string | null;
  readonly atc: string | null;
  readonly lot: string | null;
  /** ISO 8601, as precise as it is known; null where it is not. */
  readonly time: string | null;
  /** `INITIMMUNIZ`, `BOOSTER` or `IMMUNIZ`. */
  readonly series: CdaCode | null;
  readonly doseNumber: number | null;
  readonly dose: CdaQuantity | null;
  readonly route: CdaCode | null;
  readonly site: CdaCode | null;
  readonly performer: CdaParty | null;
  readonly comment: string | null;
  readonly locator: string;
}

/** A vaccination as the profile takes it. */
export interface ProposedVaccination {
  readonly vaccine: ProposedCode;
  readonly date: string;
  readonly lot?: string;
  readonly dose?: 'initial' | 'booster';
  readonly doseNumber?: number;
  readonly site?: 'left-arm' | 'right-arm' | 'left-thigh' | 'right-thigh' | 'buttock' | 'other';
  readonly route?: 'intramuscular' | 'subcutaneous' | 'intradermal' | 'oral' | 'nasal';
  readonly performer?: string;
  readonly cis?: string;
  readonly atc?: string;
  readonly comment?: string;
}

/** Immunization (IHE PCC), the French one, and that of C-CDA. */
const TEMPLATES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.4.1.19376.1.5.3.1.4.12',
  '1.2.250.1.213.1.1.3.45',
  '2.16.840.1.113883.10.20.22.4.52',
]);
const CODES = ['IMMUNIZ', 'INITIMMUNIZ', 'BOOSTER'];

/** JDV_ImmunizationRouteCodes_CISIS of 25 March 2022 (EDQM). */
const ROUTES: Readonly<Record<string, ProposedVaccination['route']>> = {
  20035000: 'intramuscular',
  20066000: 'subcutaneous',
  20030000: 'intradermal',
  20053000: 'oral',
  20049000: 'nasal',
};

/** JDV_ImmunizationApproachSiteCode_CISIS of 14 November 2023 (SNOMED CT). */
const SITES: Readonly<Record<string, ProposedVaccination['site']>> = {
  '16217661000119109': 'right-arm',
  '16217701000119102': 'left-arm',
  '91774008': 'right-arm',
  '91775009': 'left-arm',
  '64262003': 'right-arm',
  '66480008': 'left-arm',
  '11207009': 'right-thigh',
  '61396006': 'left-thigh',
  '723980000': 'buttock',
  '723979003': 'buttock',
};

const ENTRY_CHARS = { lot: 50, performer: 200, comment: 3000 };

/** Whether a statement is of a vaccine. @internal */
export function isVaccination({ element, name }: Statement): boolean {
  if (name !== 'substanceAdministration') return false;
  return element.hasTemplate(TEMPLATES) || CODES.includes(element.child('code')?.get('code') ?? '');
}

/** A vaccine that was given; null where none was, or it is not told which. @internal */
export function vaccinationOf(statement: Statement, references: References): CdaVaccination | null {
  const { element } = statement;
  if (!isEvent(statement)) return null;
  const material = element.at('consumable', 'manufacturedProduct', 'manufacturedMaterial');
  const vaccine = codeOf(material?.child('code') ?? null, references);
  const name = textOf(material?.child('name') ?? null, 300) ?? wordsOf(vaccine);
  if (name === null || isSaidNot(vaccine) || isSaidNot(codeOf(element.child('code')))) return null;
  const codes = vaccine === null ? [] : [vaccine, ...vaccine.translations];
  const codeBy = (system: string | RegExp, systemName: RegExp) =>
    codes.find(
      (each) =>
        each.code !== null &&
        (typeof system === 'string' ? each.system === system : system.test(each.system ?? '')) &&
        (each.systemName === null || systemName.test(each.systemName)),
    )?.code ?? null;
  return {
    vaccine,
    name,
    cis: shaped(codeBy(OIDS.cis, /^(?!.*CIP)/i), /^\d{8}$/),
    cip: shaped(codes.find((each) => /^(\d{7}|34009\d{8})$/.test(each.code ?? ''))?.code ?? null, /^\d+$/),
    atc: shaped(codeBy(OIDS.atc, /./), /^[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?$/),
    lot: textOf(material?.child('lotNumberText') ?? null, 200),
    time: observedAt({ ...statement, parents: [] }),
    series: codeOf(element.child('code')),
    doseNumber: doseNumberOf(element),
    dose: quantityOf(element.child('doseQuantity')),
    route: codeOf(element.child('routeCode'), references),
    site: codeOf(element.child('approachSiteCode'), references),
    performer: partyOf(element.child('performer'), 'PRF'),
    comment: commentOf(element, references),
    locator: locatorOf(statement),
  };
}

/** Null for one without a date, which the profile does not take. @internal */
export function proposedVaccination(found: CdaVaccination): ProposedVaccination | null {
  const date = dateOf(found.time);
  const vaccine = found.name === null ? null : proposedCode(codeByCip(found), found.name);
  if (date === null || vaccine === null) return null;
  const route = ROUTES[found.route?.code ?? ''];
  const site = SITES[found.site?.code ?? ''];
  const series = found.series?.code;
  const dose = series === 'INITIMMUNIZ' ? 'initial' : series === 'BOOSTER' ? 'booster' : null;
  const number = found.doseNumber;
  return {
    vaccine,
    date,
    ...(found.lot === null ? {} : { lot: cut(found.lot, ENTRY_CHARS.lot) }),
    ...(dose === null ? {} : { dose }),
    ...(number === null || number < 1 || number > 20 ? {} : { doseNumber: number }),
    ...(site === undefined ? {} : { site }),
    ...(route === undefined ? {} : { route }),
    ...(found.performer?.name == null
      ? {}
      : { performer: cut(found.performer.name.text, ENTRY_CHARS.performer) }),
    ...(found.cis === null ? {} : { cis: found.cis }),
    ...(found.atc === null ? {} : { atc: found.atc }),
    ...(found.comment === null ? {} : { comment: cut(found.comment, ENTRY_CHARS.comment) }),
  };
}

/** CIS and ATC codes have their own places. */
function codeByCip({ vaccine, cip }: CdaVaccination): CdaCode | null {
  const codes = vaccine === null ? [] : [vaccine, ...vaccine.translations];
  return codes.find((each) => cip !== null && each.code === cip) ?? null;
}

/** Rang de la vaccination (LOINC 30973-2). */
function doseNumberOf(element: XmlElement): number | null {
  for (const each of element.all('entryRelationship')) {
    const observation = each.child('observation');
    if (observation?.child('code')?.get('code') !== '30973-2') continue;
    const value = observation.child('value')?.get('value') ?? '';
    if (/^\d{1,3}$/.test(value)) return Number(value);
  }
  return null;
}

/** Commentaire (LOINC 48767-8). @internal */
export function commentOf(element: XmlElement, references: References): string | null {
  for (const each of element.all('entryRelationship')) {
    const act = each.child('act');
    if (act?.child('code')?.get('code') !== '48767-8') continue;
    const text = references.textOf(act.child('text'), ENTRY_CHARS.comment);
    if (text !== null) return cleanText(text);
  }
  return null;
}

function wordsOf(code: CdaCode | null): string | null {
  if (code === null) return null;
  const said = code.display ?? code.text;
  return (
    said ?? code.translations.map((each) => each.display ?? each.text).find((each) => each !== null) ?? null
  );
}

function shaped(code: string | null, shape: RegExp): string | null {
  const text = lineOf(code, 64)?.replace(/\s/g, '') ?? null;
  return text !== null && shape.test(text) ? text : null;
}
