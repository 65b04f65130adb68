import { ALLERGIES, type Allergy } from './allergy.js';
import { CONDITIONS, type Condition } from './condition.js';
import { CONTACTS, type Contact } from './contact.js';
import { DISABILITIES, type Disability } from './disability.js';
import { FAMILY_HISTORY, type FamilyHistory } from './family-history.js';
import { HOSPITALISATIONS, type Hospitalisation } from './hospitalisation.js';
import { type LaboratoryResult, RESULTS } from './laboratory-result.js';
import { MEASURES_SECTION, type Measure, type MeasureInput } from './measure.js';
import { PROFESSIONALS, type Professional } from './professional.js';
import type { SectionKind } from './section-kind.js';
import { TREATMENTS, type Treatment } from './treatment.js';
import { VACCINATIONS, type Vaccination } from './vaccination.js';

/** What the entries of each section with entries hold. */
export interface ListContents {
  readonly allergies: Allergy;
  readonly conditions: Condition;
  readonly treatments: Treatment;
  readonly hospitalisations: Hospitalisation;
  readonly vaccinations: Vaccination;
  readonly measures: Measure;
  readonly results: LaboratoryResult;
  readonly 'family-history': FamilyHistory;
  readonly disabilities: Disability;
  readonly professionals: Professional;
  readonly contacts: Contact;
}

/** What callers give for them: the same, but for measures. */
export interface ListInputs extends Omit<ListContents, 'measures'> {
  readonly measures: MeasureInput;
}

/** The name of a section with entries. */
export type ListSection = keyof ListContents;

/** @internal */
export const SECTION_KINDS: {
  readonly [Name in ListSection]: SectionKind<ListContents[Name], ListInputs[Name]>;
} = {
  allergies: ALLERGIES,
  conditions: CONDITIONS,
  treatments: TREATMENTS,
  hospitalisations: HOSPITALISATIONS,
  vaccinations: VACCINATIONS,
  measures: MEASURES_SECTION,
  results: RESULTS,
  'family-history': FAMILY_HISTORY,
  disabilities: DISABILITIES,
  professionals: PROFESSIONALS,
  contacts: CONTACTS,
};

/** Whether a section has entries. @internal */
export function isListSection(section: string): section is ListSection {
  return Object.hasOwn(SECTION_KINDS, section);
}
