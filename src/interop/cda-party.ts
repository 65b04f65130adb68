import { type CdaCode, codeOf } from './cda-code.js';
import { type CdaId, idsOf, idValue } from './cda-id.js';
import { timeOf } from './cda-time.js';
import { textOf, type XmlElement } from './xml-element.js';

/** The name of someone who is not the patient. */
export interface CdaName {
  readonly family: string | null;
  readonly given: string | null;
  readonly prefix: string | null;
  readonly suffix: string | null;
  /** All of it, as it is addressed: "DR Charles MULLER". */
  readonly text: string;
}

/** A structure: a hospital, a laboratory, a practice. */
export interface CdaOrganization {
  readonly name: string | null;
  readonly finess: string | null;
  readonly siret: string | null;
  readonly ids: readonly CdaId[];
  /** What it does (practice setting, TRE_A00). */
  readonly setting: CdaCode | null;
}

/** Someone, or a machine, who had a part in the document. */
export interface CdaParty {
  /** The role: `author`, or the type of the participation (HL7), as `INF`, `REF`, `PRF`. */
  readonly role: string;
  /** The class of a related person: `ECON` to be called in an emergency, `NOK` trusted, `PAT`… */
  readonly relation: string | null;
  readonly name: CdaName | null;
  readonly rpps: string | null;
  readonly adeli: string | null;
  readonly ids: readonly CdaId[];
  /** Profession and speciality of a professional; of a relative, what they are to the patient. */
  readonly profession: CdaCode | null;
  /** What their part was, as `PCP` for the attending doctor. */
  readonly functionCode: CdaCode | null;
  readonly time: string | null;
  readonly organization: CdaOrganization | null;
  /** For a machine: model and program. */
  readonly device: { readonly model: string | null; readonly software: string | null } | null;
}

const PARTS_MAX = 20;

const ENTITIES = [
  'assignedAuthor',
  'assignedEntity',
  'associatedEntity',
  'relatedEntity',
  'intendedRecipient',
  'participantRole',
];
const PERSONS = ['assignedPerson', 'associatedPerson', 'relatedPerson', 'informationRecipient'];
const ORGANIZATIONS = [
  'representedOrganization',
  'scopingOrganization',
  'receivedOrganization',
  'representedCustodianOrganization',
];

/** Who is behind a participation, or null where that is not said. @internal */
export function partyOf(participation: XmlElement | null, role: string): CdaParty | null {
  const entity = first(participation, ENTITIES);
  if (participation === null || entity === null) return null;
  const ids = idsOf(entity);
  const device = entity.child('assignedAuthoringDevice') ?? entity.child('playingDevice');
  const party: CdaParty = {
    role,
    relation: entity.name === 'relatedEntity' ? entity.get('classCode') : null,
    name: nameOf(first(entity, PERSONS)?.child('name') ?? null),
    rpps: idValue(ids, 'rpps'),
    adeli: idValue(ids, 'adeli'),
    ids,
    profession: codeOf(entity.child('code')),
    functionCode: codeOf(participation.child('functionCode')),
    time: momentOf(participation.child('time')),
    organization: organizationOf(first(entity, ORGANIZATIONS)),
    device:
      device === null
        ? null
        : {
            model: textOf(device.child('manufacturerModelName'), 200),
            software: textOf(device.child('softwareName'), 200),
          },
  };
  const isSomeone = party.name ?? party.organization ?? party.device ?? party.ids[0] ?? party.profession;
  return isSomeone === undefined || isSomeone === null ? null : party;
}

/** A structure, or null where nothing is said of it. @internal */
export function organizationOf(element: XmlElement | null): CdaOrganization | null {
  if (element === null) return null;
  const ids = idsOf(element);
  const name = textOf(element.child('name'), 300);
  const setting = codeOf(element.child('standardIndustryClassCode'));
  if (name === null && ids.length === 0 && setting === null) return null;
  return { name, finess: idValue(ids, 'finess'), siret: idValue(ids, 'siret'), ids, setting };
}

/** A name, or null where it is not told. @internal */
export function nameOf(element: XmlElement | null): CdaName | null {
  if (element === null) return null;
  const part = (name: string): string | null =>
    [
      ...new Set(
        element
          .all(name)
          .slice(0, PARTS_MAX)
          .flatMap((each) => textOf(each, 200) ?? []),
      ),
    ].join(' ') || null;
  const name = {
    family: part('family'),
    given: part('given'),
    prefix: part('prefix'),
    suffix: part('suffix'),
  };
  // In these documents the suffix is the title that goes before the name, as DR; the prefix is M or MME.
  const title = name.suffix ?? name.prefix;
  const text =
    [title, name.given, name.family].filter((each) => each !== null).join(' ') || textOf(element, 300);
  return text === null ? null : { ...name, text };
}

/** A moment, or where only a span is given its end, else its middle or its beginning. @internal */
export function momentOf(element: XmlElement | null): string | null {
  const parts = ['high', 'center', 'low'].map((name) => element?.child(name) ?? null);
  for (const each of [element, ...parts]) {
    const time = timeOf(each?.get('value') ?? null);
    if (time !== null) return time;
  }
  return null;
}

/** From when to when. */
export interface CdaPeriod {
  readonly start: string | null;
  readonly end: string | null;
}

/** A span of time; a moment is when it began. Null where neither end is known. @internal */
export function periodOf(element: XmlElement | null): CdaPeriod | null {
  const at = (name: string) => timeOf(element?.child(name)?.get('value') ?? null);
  const moment = timeOf(element?.get('value') ?? null) ?? at('center');
  const period = { start: at('low') ?? moment, end: at('high') };
  return period.start === null && period.end === null ? null : period;
}

function first(element: XmlElement | null, names: readonly string[]): XmlElement | null {
  for (const name of names) {
    const found = element?.child(name) ?? null;
    if (found !== null) return found;
  }
  return null;
}
