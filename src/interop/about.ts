import type { DocumentAbout } from '../records/document-about.js';
import type { CdaCode } from './cda-code.js';
import type { CdaId } from './cda-id.js';
import type { CdaOrganization, CdaParty } from './cda-party.js';
import type { CdaDocument } from './read-cda.js';

const TEXT = 300;
const SHORT = 100;
const LIST = { authors: 20, ids: 10, replaces: 20 };
/** `classCode` of JDV_J57. */
const CLASS_SYSTEM = '1.2.250.1.213.1.1.4.1';

type Code = NonNullable<DocumentAbout['type']>;
type Organisation = NonNullable<DocumentAbout['custodian']>;
type Author = NonNullable<DocumentAbout['authors']>[number];
type Identifier = NonNullable<DocumentAbout['setId']>;

/**
 * What a clinical document says of itself, as a vault keeps it beside the file: `documents.add(file, { …, about })`.
 *
 * Long texts are cut, and lists after so many, so that any document fits. Who it is about is not in it.
 */
export function aboutOf(cda: CdaDocument): DocumentAbout {
  const { confidentiality, relations, events } = cda;
  const period = events.find((event) => event.period !== null)?.period ?? null;
  const replaces = relations
    .filter(({ type }) => type === 'RPLC')
    .flatMap(({ id }) => identifierOf(id) ?? []);
  const about: { -readonly [Name in keyof DocumentAbout]: DocumentAbout[Name] | undefined } = {
    type: codeOf(cda.type),
    class: cda.classCode === null ? undefined : { code: cda.classCode, system: CLASS_SYSTEM, label: null },
    practiceSetting: codeOf(cda.practiceSetting),
    facilityType: codeOf(cda.facilityType),
    language: cda.language?.slice(0, SHORT),
    authors: cda.authors.slice(0, LIST.authors).map(authorOf),
    custodian: cda.custodian === null ? undefined : organisationOf(cda.custodian),
    period: period === null ? undefined : { from: dayOf(period.start), to: dayOf(period.end) },
    confidentiality: confidentiality.level ?? undefined,
    maskedFromProfessionals: confidentiality.isMaskedFromProfessionals || undefined,
    hiddenFromRepresentatives: confidentiality.isHiddenFromRepresentatives || undefined,
    notYetAnnounced: confidentiality.isHiddenFromPatient || undefined,
    documentId: identifierOf(cda.id),
    setId: identifierOf(cda.setId),
    versionNumber: cda.version ?? undefined,
    replaces: replaces.length === 0 ? undefined : replaces.slice(0, LIST.replaces),
  };
  const said = Object.entries(about).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as DocumentAbout;
}

/** The day a clinical document is of, `YYYY-MM-DD`, or null. */
export function dayOfDocument({ time }: Pick<CdaDocument, 'time'>): string | null {
  return dayOf(time);
}

function dayOf(time: string | null): string | null {
  return /^\d{4}-\d{2}-\d{2}/.exec(time ?? '')?.[0] ?? null;
}

function codeOf(code: CdaCode | null): Code | undefined {
  if (code === null || code.code === null || code.code.length > SHORT) return undefined;
  const system = code.system ?? '';
  return system.length > SHORT ? undefined : { code: code.code, system, label: cut(code.display) };
}

function identifierOf(id: CdaId | null): Identifier | undefined {
  if (id === null) return undefined;
  const value = id.extension ?? '';
  return id.root.length > SHORT || value.length > SHORT ? undefined : { system: id.root, value };
}

function identifiersOf(ids: readonly CdaId[]): Identifier[] {
  return ids.flatMap((id) => identifierOf(id) ?? []).slice(0, LIST.ids);
}

function organisationOf({ name, ids }: CdaOrganization): Organisation {
  return { name: cut(name), ids: identifiersOf(ids) };
}

function authorOf({ name, ids, profession, organization, device }: CdaParty): Author {
  return {
    name: cut(name?.text ?? device?.software ?? device?.model ?? null),
    ids: identifiersOf(ids),
    profession: codeOf(profession) ?? null,
    organisation: organization === null ? null : organisationOf(organization),
  };
}

function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, TEXT);
}
