import { VaultError } from '../errors.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import type { Allergy } from './allergy.js';
import { BloodGroup } from './blood-group.js';
import { type CodeOf, codesOf } from './code-list.js';
import type { Condition } from './condition.js';
import type { Contact } from './contact.js';
import type { Disability } from './disability.js';
import type { Entry } from './entry.js';
import { FactBook } from './fact-book.js';
import type { FamilyHistory } from './family-history.js';
import { Habits } from './habits.js';
import type { Hospitalisation } from './hospitalisation.js';
import type { LaboratoryResult } from './laboratory-result.js';
import {
  isListSection,
  type ListContents,
  type ListInputs,
  type ListSection,
  SECTION_KINDS,
} from './list-section.js';
import { Measures } from './measures.js';
import type { Professional } from './professional.js';
import { Proposals } from './proposals.js';
import { Section } from './section.js';
import type { SectionKind } from './section-kind.js';
import { collectionOfSection, isSectionName, PROFILE_SECTIONS, type SectionName } from './section-name.js';
import { type SectionState, stateOf } from './section-state.js';
import type { ProfileHome, WriteOptions } from './source.js';
import { type ProfileSummary, type SummaryOptions, summaryOf, summarySection } from './summary.js';
import { linesOf, liveContent, readContent } from './summary-section.js';
import type { Treatment } from './treatment.js';
import { type Vaccination, type VaccinationEvent, vaccinationEvent } from './vaccination.js';
import { Wishes, type WishInput } from './wishes.js';

/** What is said of organ donation: the choice, and what goes with it. */
export interface DonationInput extends WishInput {
  readonly choice: CodeOf<'donation-choice'>;
}

/**
 * The health profile in a vault, or in what was shared of one.
 *
 * In a share only the sections of its collection are here: of `profile` all but contacts, directives and organ donation,
 * which are in `entourage`. Asking for others throws `usage/invalid`. Reading throws `access/locked` once the vault is.
 */
export class Profile {
  readonly measures: Measures;
  readonly habits: Habits;
  readonly bloodGroup: BloodGroup;
  readonly directives: Wishes<WishInput>;
  readonly organDonation: Wishes<DonationInput>;
  readonly proposals: Proposals;
  readonly #home: ProfileHome;
  readonly #lives = new LiveCache();
  readonly #facts: FactBook;
  readonly #sections = new Map<ListSection, Section<object, unknown>>();

  /** @internal */
  constructor(home: ProfileHome) {
    this.#home = home;
    this.#facts = new FactBook(home, this.#lives);
    this.measures = new Measures(this.entries('measures'), this.#facts, this.#lives);
    this.habits = new Habits(this.#facts, this.#lives);
    this.bloodGroup = new BloodGroup(this.#facts, this.#lives);
    this.directives = new Wishes(home, 'directives', this.#lives);
    this.organDonation = new Wishes(home, 'organ-donation', this.#lives);
    this.proposals = new Proposals(home, (section) => this.#sectionOf(section), this.#lives);
  }

  get allergies(): Section<Allergy> {
    return this.entries('allergies');
  }

  get conditions(): Section<Condition> {
    return this.entries('conditions');
  }

  get treatments(): Section<Treatment> {
    return this.entries('treatments');
  }

  get hospitalisations(): Section<Hospitalisation> {
    return this.entries('hospitalisations');
  }

  get vaccinations(): Section<Vaccination> {
    return this.entries('vaccinations');
  }

  get results(): Section<LaboratoryResult> {
    return this.entries('results');
  }

  get familyHistory(): Section<FamilyHistory> {
    return this.entries('family-history');
  }

  get disabilities(): Section<Disability> {
    return this.entries('disabilities');
  }

  get professionals(): Section<Professional> {
    return this.entries('professionals');
  }

  get contacts(): Section<Contact> {
    return this.entries('contacts');
  }

  /** The entries of a section by its name; the same object for the same name. */
  entries<Name extends ListSection>(name: Name): Section<ListContents[Name], ListInputs[Name]> {
    return this.#sectionOf(name) as unknown as Section<ListContents[Name], ListInputs[Name]>;
  }

  /** The sections that are here, in the order in which a synthesis lists them: all in a vault, some in a share. */
  get sections(): readonly SectionName[] {
    const { collection } = this.#home;
    if (collection === undefined) return PROFILE_SECTIONS;
    return PROFILE_SECTIONS.filter((name) => collectionOfSection(name) === collection);
  }

  /** How things stand with a section: recorded, not asked, or what was answered. Throws `usage/invalid`. */
  async section(name: SectionName): Promise<SectionState> {
    requireSection(name);
    return stateOf(name, await this.#facts.read(`answer.${name}`), await this.#recorded(name));
  }

  /** As `section`, and all that follows. */
  liveSection(name: SectionName): Live<SectionState> {
    requireSection(name);
    return this.#lives.get(`state ${name}`, () =>
      deriveLive([this.#facts.live(`answer.${name}`), this.#liveRecorded(name)], (answer, recorded) =>
        stateOf(name, answer, recorded),
      ),
    );
  }

  /**
   * Answers for a whole section that there is none, that it is not known, or that it does not concern the holder; `null`
   * takes the answer back.
   *
   * Throws `usage/invalid`, with `reason: 'recorded'` when the section has entries: remove those first.
   */
  async answer(
    name: SectionName,
    answer: CodeOf<'answer'> | null,
    options: WriteOptions = {},
  ): Promise<SectionState> {
    requireSection(name);
    if (answer !== null && (await this.#recorded(name)).length > 0)
      throw new VaultError('usage/invalid', { argument: 'answer', reason: 'recorded' });
    await this.#facts.write(`answer.${name}`, answer, options);
    return this.section(name);
  }

  /** The vaccinations as a calendar of vaccines wants to hear of them, oldest first. */
  async vaccinationHistory(): Promise<VaccinationEvent[]> {
    return historyOf(await this.vaccinations.list());
  }

  /** As `vaccinationHistory`, and all that follows. */
  liveVaccinationHistory(): Live<readonly VaccinationEvent[]> {
    return this.#lives.get('vaccination history', () => deriveLive([this.vaccinations.live()], historyOf));
  }

  /** A synthesis for reading and printing. Throws `usage/invalid` for a section that is not here. */
  async summary({ language, sections = this.sections }: SummaryOptions): Promise<ProfileSummary> {
    this.#requireHere(sections);
    const read = sections.map(async (name) => {
      const [state, content] = [await this.section(name), await readContent(this, name)];
      return summarySection(language, state, linesOf(name, language, content));
    });
    return summaryOf(language, await Promise.all(read));
  }

  /** As `summary`, and all that follows. */
  liveSummary({ language, sections = this.sections }: SummaryOptions): Live<ProfileSummary> {
    this.#requireHere(sections);
    return this.#lives.get(`summary ${language} ${sections.join()}`, () =>
      deriveLive(
        sections.map((name) =>
          deriveLive([this.liveSection(name), liveContent(this, name)], (state, content) =>
            summarySection(language, state, linesOf(name, language, content)),
          ),
        ),
        (...shown) => summaryOf(language, shown),
      ),
    );
  }

  #requireHere(sections: readonly SectionName[]): void {
    for (const name of sections)
      if (!this.sections.includes(name)) throw new VaultError('usage/invalid', { argument: 'sections' });
  }

  async #recorded(name: SectionName): Promise<readonly number[]> {
    if (isListSection(name)) return recordedOf(await this.#sectionOf(name).list());
    if (name === 'habits') return statedOf(Object.values(await this.habits.all()));
    if (name === 'blood-group') return statedOf(Object.values(await this.bloodGroup.get()));
    return recordedOf(await this.#wishes(name).versions());
  }

  #liveRecorded(name: SectionName): Live<readonly number[]> {
    if (isListSection(name)) return deriveLive([this.#sectionOf(name).live()], recordedOf);
    if (name === 'habits')
      return deriveLive([this.habits.live()], (habits) =>
        statedOf(codesOf('habit').map((habit) => habits[habit])),
      );
    if (name === 'blood-group')
      return deriveLive([this.bloodGroup.live()], ({ abo, rhesus }) => statedOf([abo, rhesus]));
    return deriveLive([this.#wishes(name).liveVersions()], recordedOf);
  }

  #wishes(name: string): Wishes<WishInput> | Wishes<DonationInput> {
    return name === 'directives' ? this.directives : this.organDonation;
  }

  #sectionOf(name: ListSection): Section<object, unknown> {
    const known = this.#sections.get(name);
    if (known !== undefined) return known;
    if (!isListSection(name)) throw new VaultError('usage/invalid', { argument: 'section' });
    const kind = SECTION_KINDS[name] as unknown as SectionKind<object, unknown>;
    const made = new Section(this.#home, kind, this.#lives);
    this.#sections.set(name, made);
    return made;
  }
}

const profiles = /* @__PURE__ */ new WeakMap<object, Profile>();

/** The health profile in a vault or in what was shared of one; the same object for the same home. */
export function profileOf(home: ProfileHome): Profile {
  const known = profiles.get(home);
  if (known !== undefined) return known;
  const profile = new Profile(home);
  profiles.set(home, profile);
  return profile;
}

function requireSection(name: SectionName): void {
  if (!isSectionName(name)) throw new VaultError('usage/invalid', { argument: 'section' });
}

type Recorded = { readonly provenance: { readonly recorded: number } };

function recordedOf(entries: readonly Recorded[]): readonly number[] {
  return entries.map(({ provenance }) => provenance.recorded);
}

function statedOf(all: readonly (Recorded | null)[]): readonly number[] {
  return recordedOf(all.filter((stated) => stated !== null));
}

function historyOf(entries: readonly Entry<Vaccination>[]): VaccinationEvent[] {
  return entries
    .map(({ value }) => vaccinationEvent(value))
    .sort((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)));
}
