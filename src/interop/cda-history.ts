import { type CdaCode, codeOf, OIDS, type ProposedCode, proposedCode, type References } from './cda-code.js';
import { isBareAnswer, isSaidNot } from './cda-negation.js';
import { periodOf } from './cda-party.js';
import { isEvent, type Statement } from './cda-statement.js';
import { dateOf } from './cda-time.js';
import { commentOf } from './cda-vaccination.js';
import { cut, textOf, type XmlElement } from './xml-element.js';

/** An allergy or intolerance as the profile takes it. */
export interface ProposedAllergy {
  readonly substance: ProposedCode;
  readonly type?: 'allergy' | 'intolerance';
  readonly category?: 'food' | 'medication' | 'environment';
  readonly severity?: 'mild' | 'moderate' | 'severe';
  readonly reactions?: readonly ProposedCode[];
  readonly status?: ClinicalStatus;
  readonly onset?: string;
  readonly comment?: string;
}

/** A disease or health topic as the profile takes it. */
export interface ProposedCondition {
  readonly condition: ProposedCode;
  readonly status?: ClinicalStatus;
  readonly start?: string;
  readonly end?: string;
  readonly comment?: string;
}

/** How things stand with a disease or allergy (FHIR). */
export type ClinicalStatus = 'active' | 'remission' | 'inactive' | 'resolved';

/** IHE PCC, French and C-CDA. */
const ALLERGIES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.4.1.19376.1.5.3.1.4.6',
  '1.2.250.1.213.1.1.3.41',
  '2.16.840.1.113883.10.20.22.4.7',
]);
const PROBLEMS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.4.1.19376.1.5.3.1.4.5',
  '1.2.250.1.213.1.1.3.37',
  '2.16.840.1.113883.10.20.22.4.4',
]);
/** What a relative had. */
const FAMILY: ReadonlySet<string> = /* @__PURE__ */ new Set(['1.3.6.1.4.1.19376.1.5.3.1.4.13.3']);

/** Sections whose diseases are the patient's: problems, past, past of operations, diagnoses at discharge. */
const PROBLEM_SECTIONS = ['11450-4', '11348-0', '11535-2', '46241-6', '8648-8', '42347-5'];
const REACTIONS_MAX = 20;

type Kind = readonly ['allergy' | 'intolerance', ProposedAllergy['category']?];

/** JDV_TypeEvenementIndesirablePrevisible_CISIS of 4 June 2024 (SNOMED CT), and HL7 ActCode. */
const KINDS: Readonly<Record<string, Kind>> = {
  609328004: ['allergy'],
  416098002: ['allergy', 'medication'],
  414285001: ['allergy', 'food'],
  419199007: ['allergy'],
  426232007: ['allergy', 'environment'],
  609396006: ['intolerance'],
  609398007: ['intolerance', 'medication'],
  735449006: ['intolerance', 'food'],
  609397002: ['intolerance'],
  782197009: ['intolerance'],
  59037007: ['intolerance', 'medication'],
  235719002: ['intolerance', 'food'],
  '1.2.250.1.213.1.1.5.794.1': ['intolerance', 'environment'],
  ALG: ['allergy'],
  DALG: ['allergy', 'medication'],
  FALG: ['allergy', 'food'],
  EALG: ['allergy', 'environment'],
  OINT: ['intolerance'],
  DINT: ['intolerance', 'medication'],
  FINT: ['intolerance', 'food'],
  EINT: ['intolerance', 'environment'],
  NAINT: ['intolerance'],
  DNAINT: ['intolerance', 'medication'],
  FNAINT: ['intolerance', 'food'],
  ENAINT: ['intolerance', 'environment'],
};

const SEVERITIES: Readonly<Record<string, ProposedAllergy['severity']>> = {
  L: 'mild',
  M: 'moderate',
  H: 'severe',
  255604002: 'mild',
  6736007: 'moderate',
  24484000: 'severe',
};

const STATUSES: Readonly<Record<string, ClinicalStatus>> = {
  active: 'active',
  recurrence: 'active',
  relapse: 'active',
  inactive: 'inactive',
  remission: 'remission',
  resolved: 'resolved',
  55561003: 'active',
  73425007: 'inactive',
  413322009: 'resolved',
  277022003: 'remission',
};

/** Whether a statement is of an allergy. @internal */
export function isAllergy({ element, name }: Statement): boolean {
  return name === 'observation' && element.hasTemplate(ALLERGIES);
}

/** Null where there is none, or it is not told to what. @internal */
export function proposedAllergy(statement: Statement, references: References): ProposedAllergy | null {
  const { element } = statement;
  if (!isEvent(statement)) return null;
  const kind = codeOf(element.child('code'), references);
  const value = codeOf(element.child('value'), references);
  const agent = element.at('participant', 'participantRole', 'playingEntity');
  const agentCode = codeOf(agent?.child('code') ?? null, references);
  if ([kind, value, agentCode].some(isSaidNot)) return null;
  const agentName = textOf(agent?.child('name') ?? null, 300);
  // Where a form was ticked only the kind is known: "food allergy: yes".
  const isTicked = value?.code === null && value.display === null && isBareAnswer(value.text);
  const substance =
    proposedCode(agentCode, agentCode?.text ?? agentCode?.display ?? agentName) ??
    (agentName === null ? null : { text: agentName }) ??
    (isTicked ? proposedCode(kind) : proposedCode(value));
  if (substance === null) return null;
  const [type, category] = KINDS[kind?.code ?? ''] ?? [];
  const onset = dateOf(periodOf(element.child('effectiveTime'))?.start ?? null);
  const reactions = reactionsOf(element, references);
  const severity = SEVERITIES[within(element, 'SEV')?.code ?? ''];
  return {
    substance,
    ...(type === undefined ? {} : { type }),
    ...(category === undefined ? {} : { category }),
    ...(severity === undefined ? {} : { severity }),
    ...(reactions.length === 0 ? {} : { reactions }),
    ...statusOf(statement, null),
    ...(onset === null ? {} : { onset }),
    ...commentIn(element, references),
  };
}

/** Whether a statement is of a disease of the patient. @internal */
export function isCondition({ element, name, section, parents }: Statement): boolean {
  if (name !== 'observation' || element.hasTemplate(FAMILY) || section.isOfFamily) return false;
  // Also what was seen after a vaccine, or is why something was done, is written as a disease.
  const isOfConcern = parents.every((each) => each.name === 'act' || each.name === 'organizer');
  if (!isOfConcern || element.hasTemplate(ALLERGIES)) return false;
  return element.hasTemplate(PROBLEMS) && PROBLEM_SECTIONS.includes(section.code ?? '');
}

/** Null where there is none, or it is only suspected. @internal */
export function proposedCondition(statement: Statement, references: References): ProposedCondition | null {
  const { element } = statement;
  if (!isEvent(statement) || element.child('uncertaintyCode')?.get('code') === 'UN') return null;
  const value = codeOf(element.child('value'), references);
  if (value === null || isSaidNot(value)) return null;
  if (value.code === null && value.display === null && isBareAnswer(value.text)) return null;
  const condition = proposedCode(value);
  if (condition === null) return null;
  const period = periodOf(element.child('effectiveTime'));
  const [start, end] = [dateOf(period?.start ?? null), dateOf(period?.end ?? null)];
  return {
    condition,
    ...statusOf(statement, end),
    ...(start === null ? {} : { start }),
    ...(end === null || !isInOrder(start, end) ? {} : { end }),
    ...commentIn(element, references),
  };
}

/** As far as both are precise. @internal */
export function isInOrder(start: string | null, end: string): boolean {
  if (start === null) return true;
  const length = Math.min(start.length, end.length);
  return start.slice(0, length) <= end.slice(0, length);
}

/** What is said of it, else that it has an end, else that the concern goes on. */
function statusOf({ element, parents }: Statement, end: string | null): { readonly status?: ClinicalStatus } {
  const said = STATUSES[within(element, '33999-4')?.code ?? ''];
  if (said !== undefined) return { status: said };
  if (end !== null) return { status: 'resolved' };
  const concern = parents[0]?.name === 'act' ? parents[0].status : null;
  return concern === 'active' ? { status: 'active' } : {};
}

/** The value of an observation within another, by its code. */
function within(element: XmlElement, code: string): CdaCode | null {
  for (const each of element.all('entryRelationship')) {
    const observation = each.child('observation');
    if (observation?.child('code')?.get('code') === code) return codeOf(observation.child('value'));
  }
  return null;
}

function reactionsOf(element: XmlElement, references: References): ProposedCode[] {
  return element
    .all('entryRelationship')
    .filter((each) => each.get('typeCode') === 'MFST')
    .slice(0, REACTIONS_MAX)
    .flatMap((each) => {
      const observation = each.child('observation');
      const value = codeOf(observation?.child('value') ?? null, references);
      if (observation?.get('negationInd') === 'true' || value === null || isSaidNot(value)) return [];
      return proposedCode(value) ?? [];
    });
}

function commentIn(element: XmlElement, references: References): { readonly comment?: string } {
  const comment = commentOf(element, references);
  return comment === null ? {} : { comment: cut(comment, 3000) };
}

/** A medication as the profile takes it. */
export interface ProposedTreatment {
  readonly medication: ProposedCode;
  readonly dosage?: string;
  readonly reason?: ProposedCode;
  readonly start?: string;
  readonly end?: string;
  readonly prescriber?: string;
}

const MEDICATIONS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '1.3.6.1.4.1.19376.1.5.3.1.4.7',
  '1.2.250.1.213.1.1.3.42',
  '1.2.250.1.213.1.1.3.83',
  '2.16.840.1.113883.10.20.22.4.16',
]);

/** Whether a statement is of a medication that is taken or prescribed, and not a part of one. @internal */
export function isTreatment({ element, name, parents }: Statement): boolean {
  return (
    name === 'substanceAdministration' &&
    parents.every((each) => each.name !== 'substanceAdministration') &&
    element.hasTemplate(MEDICATIONS)
  );
}

/** Null where there is none. @internal */
export function proposedTreatment(
  { element }: Statement,
  references: References,
  prescriber: string | null,
): ProposedTreatment | null {
  const material = element.at('consumable', 'manufacturedProduct', 'manufacturedMaterial');
  const product = codeOf(material?.child('code') ?? null, references);
  if (isSaidNot(product) || isSaidNot(codeOf(element.child('code')))) return null;
  const atc = product?.translations.find(({ system }) => system === OIDS.atc) ?? null;
  const name = textOf(material?.child('name') ?? null, 300);
  const medication = proposedCode(
    product?.code === null ? (atc ?? product) : product,
    product?.display ?? name,
  );
  if (medication === null) return null;
  const times = element.all('effectiveTime').flatMap((each) => periodOf(each) ?? []);
  const [start, end] = [dateOf(times[0]?.start ?? null), dateOf(times[0]?.end ?? null)];
  const written = references.textOf(element.child('text'));
  const reason = reasonOf(element, references);
  const isPrescribed = element.get('moodCode') !== 'EVN';
  return {
    medication,
    ...(written === null || isName(written, medication.text) ? {} : { dosage: cut(written, 1000) }),
    ...(reason === null ? {} : { reason }),
    ...(start === null ? {} : { start }),
    ...(end === null || !isInOrder(start, end) ? {} : { end }),
    ...(prescriber === null || !isPrescribed ? {} : { prescriber: cut(prescriber, 200) }),
  };
}

/** Most point to the name of the product where the prescription as a whole could stand; a name is no dosage. */
function isName(text: string, name: string): boolean {
  const first = (words: string) => /[\p{L}\p{N}]+/u.exec(words.toLowerCase())?.[0] ?? '';
  return first(text) === first(name);
}

function reasonOf(element: XmlElement, references: References): ProposedCode | null {
  const relation = element.all('entryRelationship').find((each) => each.get('typeCode') === 'RSON');
  const said =
    relation?.child('observation')?.child('value') ?? relation?.child('act')?.child('code') ?? null;
  return proposedCode(codeOf(said, references));
}
