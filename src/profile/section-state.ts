import type { CodeOf } from './code-list.js';
import type { MergedFact, Stated } from './merge-facts.js';
import type { SectionName } from './section-name.js';

/** How things stand with a section of the profile. */
export interface SectionState {
  readonly section: SectionName;
  /** `recorded` as soon as there are entries, whatever was answered; `not-asked` when there is no answer either. */
  readonly state: CodeOf<'state'>;
  /** How many entries there are; of habits, blood group and wishes, how many things were said. */
  readonly entries: number;
  /** The last answer, with its date and author; null when there is none or it was taken back. */
  readonly answer: Stated<CodeOf<'answer'>> | null;
  /**
   * Whether the answer and the entries contradict each other: it was given when at least one of them was there already,
   * which two devices can bring about. An answer that came before all entries is overtaken by them and contradicts none.
   */
  readonly contradiction: boolean;
}

/**
 * How things stand, of what was answered and when entries were first written down.
 *
 * An entry outweighs an answer: an allergy that someone recorded is shown, and never hidden by "none".
 *
 * @internal
 */
export function stateOf(
  section: SectionName,
  answered: MergedFact<CodeOf<'answer'>> | null,
  recorded: readonly number[],
): SectionState {
  const answer = answered?.stated ?? null;
  const entries = recorded.length;
  const given = answer?.provenance.changed ?? 0;
  return Object.freeze({
    section,
    state: entries > 0 ? 'recorded' : (answer?.value ?? 'not-asked'),
    entries,
    answer,
    contradiction: answer !== null && recorded.some((time) => time < given),
  });
}
