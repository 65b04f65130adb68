/**
 * `coffret/profile`: the structured health profile of a vault.
 *
 * `profileOf(home)` gives the profile in a vault or in what was shared of one, here or in a worker.
 */

export type { Given, RecordHome, RecordsAnywhere } from '../vault/record-home.js';
export type { Allergy } from './allergy.js';
export type { BloodGroup, BloodGroupView } from './blood-group.js';
export { bodyMassIndex } from './bmi.js';
export { type CodeList, type CodeOf, codesOf, labelOf } from './code-list.js';
export { CODE_SYSTEMS, type Coded } from './coded.js';
export type { Condition } from './condition.js';
export type { Contact } from './contact.js';
export type { DecimalText } from './decimal.js';
export type { Disability } from './disability.js';
export type { Entry, EntryConflict, EntryVersion } from './entry.js';
export type { Bounds, Habit, Target } from './fact.js';
export type { FamilyHistory } from './family-history.js';
export { type EntryText, type FieldName, fieldLabel, type SummaryDetail } from './field-label.js';
export type { HabitInput, HabitName, Habits, HabitsView } from './habits.js';
export type { Hospitalisation } from './hospitalisation.js';
export { PROFILE_KINDS } from './kinds.js';
export type { LaboratoryResult } from './laboratory-result.js';
export type { ListContents, ListInputs, ListSection } from './list-section.js';
export type { Measure, MeasureInput, WrittenMeasure } from './measure.js';
export {
  BLOOD_PRESSURE_COMPONENTS,
  convertMeasure,
  MEASURE_NAMES,
  type MeasureCode,
  type MeasureName,
  measureCode,
  measureLabel,
  type Quantity,
} from './measure-code.js';
export type { Measures, MeasureValue, Period, TargetInput } from './measures.js';
export type { Stated, StatedConflict } from './merge-facts.js';
export type { PartialDate } from './partial-date.js';
export type { Professional } from './professional.js';
export { type DonationInput, type Profile, profileOf } from './profile.js';
export type { Proposal, ProposalInput, Proposals, Proposed } from './proposals.js';
export { PROFILE_TEXTS } from './search-texts.js';
export type { EntryChange, Section } from './section.js';
export {
  ENTOURAGE_COLLECTION,
  PROFILE_COLLECTION,
  PROFILE_SECTIONS,
  PROPOSALS_COLLECTION,
  type ProfileLanguage,
  type SectionName,
  sectionLabel,
} from './section-name.js';
export type { SectionState } from './section-state.js';
export type {
  DocumentPlace,
  ProfileHome,
  Provenance,
  Source,
  SourceKind,
  WriteOptions,
} from './source.js';
export {
  type ProfileSummary,
  printSummary,
  type SummaryLine,
  type SummaryOptions,
  type SummarySection,
} from './summary.js';
export type { Treatment } from './treatment.js';
export type { Vaccination, VaccinationEvent } from './vaccination.js';
export type { WishSubject } from './wish.js';
export type { Wishes, WishInput, WishVersion } from './wishes.js';
