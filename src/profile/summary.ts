import type { Id } from '../formats/id.js';
import { labelOf } from './code-list.js';
import type { Entry } from './entry.js';
import type { Bounds, Habit, Target } from './fact.js';
import { detailsOf, type EntryText, fieldLabel, labelled } from './field-label.js';
import { valueText } from './measure.js';
import { measureCode, measureLabel } from './measure-code.js';
import type { MeasureValue } from './measures.js';
import type { Stated } from './merge-facts.js';
import type { ProfileLanguage, SectionName } from './section-name.js';
import { sectionLabel } from './section-name.js';
import type { SectionState } from './section-state.js';
import type { Provenance } from './source.js';
import type { WishVersion } from './wishes.js';

/** A synthesis of the profile in one language: plain data, to be shown, printed or kept. */
export interface ProfileSummary {
  readonly language: ProfileLanguage;
  readonly title: string;
  /** In the order in which they were asked for. */
  readonly sections: readonly SummarySection[];
}

/** A section of a synthesis. */
export interface SummarySection {
  readonly section: SectionName;
  readonly label: string;
  readonly state: SectionState['state'];
  readonly stateLabel: string;
  /** The day of the answer, where the state is one, `YYYY-MM-DD`, UTC. */
  readonly answeredOn: string | null;
  /** Says that the answer given and the entries contradict each other; null when they do not. */
  readonly warning: string | null;
  readonly lines: readonly SummaryLine[];
}

/** One thing that is recorded. */
export interface SummaryLine extends EntryText {
  /** Where it comes from, in words. */
  readonly provenance: string;
  /** Who wrote it. */
  readonly author: Id<'person'>;
  /** Whether something else was written at the same time and waits to be settled. */
  readonly conflict: boolean;
}

/** What a synthesis is made in. */
export interface SummaryOptions {
  readonly language: ProfileLanguage;
  /** Which sections; all that are here unless said otherwise. */
  readonly sections?: readonly SectionName[] | undefined;
}

const WORDS = {
  title: ['Health profile', 'Profil de santé'],
  contradiction: [
    'An answer given later says otherwise; please check.',
    'Une réponse donnée depuis dit le contraire ; à vérifier.',
  ],
  conflict: ['written differently elsewhere', 'écrit autrement ailleurs'],
  withdrawn: ['Withdrawn', 'Retiré'],
} as const;

function word(name: keyof typeof WORDS, language: ProfileLanguage): string {
  return WORDS[name][language === 'fr' ? 1 : 0];
}

/** @internal */
export function summaryOf(language: ProfileLanguage, sections: readonly SummarySection[]): ProfileSummary {
  return Object.freeze({ language, title: word('title', language), sections });
}

/** @internal */
export function summarySection(
  language: ProfileLanguage,
  { section, state, answer, contradiction }: SectionState,
  lines: readonly SummaryLine[],
): SummarySection {
  const isAnswer = state !== 'recorded' && answer !== null;
  return {
    ...{ section, label: sectionLabel(section, language), state, lines },
    stateLabel: labelOf('state', state, language),
    answeredOn: isAnswer ? dayOf(answer.provenance) : null,
    warning: contradiction ? word('contradiction', language) : null,
  };
}

/** @internal */
export function entryLine<T>(
  language: ProfileLanguage,
  entry: Entry<T>,
  print: (value: T, language: ProfileLanguage) => EntryText,
): SummaryLine {
  return lineOf(language, print(entry.value, language), entry.provenance, entry.conflicts.length > 0);
}

/** The last value of a measure, with what it should be. @internal */
export function measureLine(
  language: ProfileLanguage,
  value: MeasureValue,
  target: Stated<Target> | null,
): SummaryLine {
  const { measure, systolic, diastolic } = value;
  const said = valueText(measure, [value.value, systolic, diastolic]);
  const text = labelled(measureLabel(measure, language), said, language);
  const details = detailsOf(language, {
    target: target === null ? undefined : targetText(target.value, measureCode(measure).unit),
  });
  const date = value.at.slice(0, 10);
  return lineOf(language, { text, date, details }, value.provenance, value.conflicts.length > 0);
}

/** @internal */
export function habitLine(
  language: ProfileLanguage,
  habit: Parameters<typeof labelOf<'habit'>>[1],
  { value, provenance, conflicts }: Stated<Habit>,
): SummaryLine {
  const { status, amount, text } = value;
  const parts = [
    status && labelOf('habit-status', status, language),
    amount && `${amount.value} ${labelOf('habit-unit', amount.unit, language)}`,
    text,
  ].filter((part) => part !== undefined);
  const said = labelled(labelOf('habit', habit, language), parts.join(', '), language);
  return lineOf(language, { text: said, date: null, details: [] }, provenance, conflicts.length > 0);
}

/** @internal */
export function statedLine<List extends 'abo' | 'rhesus'>(
  language: ProfileLanguage,
  list: List,
  { value, provenance, conflicts }: Stated<Parameters<typeof labelOf<List>>[1]>,
): SummaryLine {
  const text = labelled(fieldLabel(list, language), labelOf(list, value, language), language);
  return lineOf(language, { text, date: null, details: [] }, provenance, conflicts.length > 0);
}

/** @internal */
export function wishLine(language: ProfileLanguage, version: WishVersion): SummaryLine {
  const { action, choice, text, document, date, provenance, concurrent } = version;
  const said =
    choice === null ? labelOf('wish', action, language) : labelOf('donation-choice', choice, language);
  const details = detailsOf(language, { text: text ?? undefined, document: document ?? undefined });
  const shown = action === 'withdrawn' ? word('withdrawn', language) : said;
  return lineOf(language, { text: shown, date, details }, provenance, concurrent);
}

/** The synthesis as plain text, for printing: a line for each thing, its details below it. */
export function printSummary({ language, title, sections }: ProfileSummary): string {
  const lineText = ({ text, date, details, provenance, conflict }: SummaryLine): string[] => [
    `- ${text}${date === null ? '' : ` (${date})`}${conflict ? ` [${word('conflict', language)}]` : ''}`,
    ...details.map(
      ({ label, text: value }) => `    ${labelled(label, value.replaceAll('\n', '\n    '), language)}`,
    ),
    `    ${provenance}`,
  ];
  const blocks = sections.map(({ label, state, stateLabel, answeredOn, warning, lines }) =>
    [
      label,
      ...(state === 'recorded' ? [] : [`${stateLabel}${answeredOn === null ? '' : ` (${answeredOn})`}`]),
      ...(warning === null ? [] : [`! ${warning}`]),
      ...lines.flatMap(lineText),
    ].join('\n'),
  );
  return `${[title, ...blocks].join('\n\n')}\n`;
}

function lineOf(
  language: ProfileLanguage,
  said: EntryText,
  provenance: Provenance,
  conflict: boolean,
): SummaryLine {
  const { by, author } = provenance;
  const words = `${labelOf('source', by, language)}, ${dayOf(provenance)}`;
  return { ...said, provenance: words, author, conflict };
}

/** The day something was said: as it was given, else that of writing it down. */
function dayOf({ on, changed }: Provenance): string {
  return on ?? new Date(changed).toISOString().slice(0, 10);
}

function targetText(target: Target, unit: string): string {
  const boundsText = ({ min, max }: Bounds) => {
    if (min === undefined) return `≤ ${max}`;
    return max === undefined ? `≥ ${min}` : `${min} – ${max}`;
  };
  const { systolic, diastolic, ...own } = target as Bounds & {
    readonly systolic?: Bounds;
    readonly diastolic?: Bounds;
  };
  const all = [systolic, diastolic].filter((bounds) => bounds !== undefined);
  return `${(all.length > 0 ? all : [own]).map(boundsText).join(' / ')} ${unit}`;
}
