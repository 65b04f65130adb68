import type { DocumentCategory } from '../records/category.js';
import { type CdaCode, codeOf } from './cda-code.js';
import { type CdaId, idOf } from './cda-id.js';
import {
  type CdaOrganization,
  type CdaParty,
  type CdaPeriod,
  momentOf,
  organizationOf,
  partyOf,
  periodOf,
} from './cda-party.js';
import { type CdaPatient, patientOf } from './cda-patient.js';
import { documentType } from './document-type.js';
import { lineOf, textOf, type XmlElement } from './xml-element.js';

/** Who is to see the document, as its author says. */
export interface CdaConfidentiality {
  /** Normal, restricted or very restricted: the strictest that is said. */
  readonly level: 'N' | 'R' | 'V' | null;
  readonly isMaskedFromProfessionals: boolean;
  /** As long as a doctor has not announced what is in it. */
  readonly isHiddenFromPatient: boolean;
  readonly isHiddenFromRepresentatives: boolean;
  readonly codes: readonly CdaCode[];
}

/** What the document is about: something that was done. */
export interface CdaEvent {
  readonly code: CdaCode | null;
  readonly period: CdaPeriod | null;
  readonly performers: readonly CdaParty[];
}

/** Another document that this one has to do with. */
export interface CdaRelation {
  /** `RPLC`: this one takes the place of the other; `APND`: it adds to it; `XFRM`: it is the same in another form. */
  readonly type: string;
  readonly id: CdaId | null;
  readonly setId: CdaId | null;
  readonly version: number | null;
}

/** What a document says of itself. */
export interface CdaHeader {
  /** Of this version. */
  readonly id: CdaId | null;
  /** Of all its versions. */
  readonly setId: CdaId | null;
  readonly version: number | null;
  readonly title: string | null;
  /** XDS typeCode: LOINC, or local of the French agency. */
  readonly type: CdaCode | null;
  readonly classCode: string | null;
  /** Where it belongs in a vault. */
  readonly category: DocumentCategory;
  /** The models it says it follows: `root`, or `root^extension`. */
  readonly templates: readonly string[];
  readonly language: string | null;
  /** When it was made: ISO 8601. */
  readonly time: string | null;
  readonly confidentiality: CdaConfidentiality;
  readonly events: readonly CdaEvent[];
  readonly relations: readonly CdaRelation[];
  /** Kind of care (TRE_A00), as `AMBULATOIRE`. */
  readonly practiceSetting: CdaCode | null;
  /** Kind of place (TRE_R02), as `SA25`. */
  readonly facilityType: CdaCode | null;
  readonly encounter: { readonly code: CdaCode | null; readonly period: CdaPeriod | null } | null;
  /** The patient; null where there is none, or more than one. */
  readonly patient: CdaPatient | null;
  /** All patients of the document; one as a rule. */
  readonly patients: readonly CdaPatient[];
  readonly authors: readonly CdaParty[];
  readonly custodian: CdaOrganization | null;
  readonly legalAuthenticator: CdaParty | null;
  readonly participants: readonly CdaParty[];
  readonly informants: readonly CdaParty[];
}

const MANY_MAX = 200;
const PERFORMERS_MAX = 20;

/** @internal */
export function headerOf(root: XmlElement): CdaHeader {
  const type = codeOf(root.child('code'));
  const patients = root
    .all('recordTarget')
    .slice(0, MANY_MAX)
    .flatMap((each) => patientOf(each) ?? []);
  const events = root
    .all('documentationOf')
    .slice(0, MANY_MAX)
    .flatMap((each) => eventOf(each) ?? []);
  const encounter = root.at('componentOf', 'encompassingEncounter');
  const parties = (tag: string, role: (each: XmlElement) => string) =>
    root
      .all(tag)
      .slice(0, MANY_MAX)
      .flatMap((each) => partyOf(each, role(each)) ?? []);
  return {
    id: idOf(root.child('id')),
    setId: idOf(root.child('setId')),
    version: wholeOf(root.child('versionNumber')),
    title: textOf(root.child('title'), 500),
    type,
    ...documentType(type?.code ?? null),
    templates: root.all('templateId').slice(0, MANY_MAX).flatMap(templateOf),
    language: lineOf(root.child('languageCode')?.get('code'), 35),
    time: momentOf(root.child('effectiveTime')),
    confidentiality: confidentialityOf(root.all('confidentialityCode')),
    events,
    relations: root.all('relatedDocument').slice(0, MANY_MAX).map(relationOf),
    practiceSetting: settingOf(root),
    facilityType: codeOf(encounter?.at('location', 'healthCareFacility', 'code') ?? null),
    encounter:
      encounter === null
        ? null
        : { code: codeOf(encounter.child('code')), period: periodOf(encounter.child('effectiveTime')) },
    patient: patients.length === 1 ? (patients[0] ?? null) : null,
    patients,
    authors: parties('author', () => 'author'),
    custodian: organizationOf(root.at('custodian', 'assignedCustodian', 'representedCustodianOrganization')),
    legalAuthenticator: partyOf(root.child('legalAuthenticator'), 'legalAuthenticator'),
    participants: parties('participant', (each) => each.get('typeCode') ?? 'participant'),
    informants: parties('informant', () => 'informant'),
  };
}

function confidentialityOf(elements: readonly XmlElement[]): CdaConfidentiality {
  const codes = elements.slice(0, MANY_MAX).flatMap((each) => {
    const code = codeOf(each);
    return code === null ? [] : [code, ...code.translations];
  });
  const says = (code: string) => codes.some((each) => each.code === code);
  return {
    level: (['V', 'R', 'N'] as const).find(says) ?? null,
    isMaskedFromProfessionals: says('MASQUE_PS'),
    isHiddenFromPatient: says('INVISIBLE_PATIENT'),
    isHiddenFromRepresentatives: says('INVISIBLE_REPRESENTANTS_LEGAUX'),
    codes,
  };
}

function eventOf(documentationOf: XmlElement): CdaEvent | null {
  const event = documentationOf.child('serviceEvent');
  if (event === null) return null;
  return {
    code: codeOf(event.child('code')),
    period: periodOf(event.child('effectiveTime')),
    performers: event
      .all('performer')
      .slice(0, PERFORMERS_MAX)
      .flatMap((each) => partyOf(each, each.get('typeCode') ?? 'PRF') ?? []),
  };
}

function relationOf(element: XmlElement): CdaRelation {
  const parent = element.child('parentDocument');
  return {
    type: lineOf(element.get('typeCode'), 20) ?? '',
    id: idOf(parent?.child('id') ?? null),
    setId: idOf(parent?.child('setId') ?? null),
    version: wholeOf(parent?.child('versionNumber') ?? null),
  };
}

/** Of who did what the document is about. */
function settingOf(root: XmlElement): CdaCode | null {
  for (const each of root.all('documentationOf'))
    for (const performer of each.child('serviceEvent')?.all('performer') ?? []) {
      const code = performer.at('assignedEntity', 'representedOrganization', 'standardIndustryClassCode');
      if (code !== null) return codeOf(code);
    }
  return null;
}

function templateOf(element: XmlElement): string[] {
  const root = lineOf(element.get('root'), 128);
  const extension = lineOf(element.get('extension'), 128);
  return root === null ? [] : [extension === null ? root : `${root}^${extension}`];
}

function wholeOf(element: XmlElement | null): number | null {
  const text = element?.get('value') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
