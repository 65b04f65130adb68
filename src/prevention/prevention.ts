import { VaultError } from '../errors.js';
import { appliesTo, inForce, STRENGTH } from './applies.js';
import { type Day, FOREVER, isDay, isSpan, minus, plus } from './calendar-day.js';
import { currentEdition, type InLanguages, type PreventionEdition, rulesOf } from './edition.js';
import type { EditionFile, Rule } from './edition-schema.js';
import { checkFacts, type Person, type PreventionFacts, personOn } from './facts.js';
import { answerInterval } from './interval.js';
import type { PreventionKind, PreventionRequirement, PreventionReview, PreventionStatus } from './labels.js';
import type { Answer, Period, Question } from './question.js';
import { explainIn } from './sentence.js';
import { answerSeries } from './series.js';
import { answerSlots } from './slots.js';

/** How things stand with one rule. */
export interface PreventionItem {
  /** The rule, unique in its edition: `hpv`. */
  readonly rule: string;
  /**
   * What counts for it: a record that names any of `anyOf`, or a day's records that name all of `allOf`. A vaccine is best
   * recorded by all that it protects against, so that it counts for other rules too.
   */
  readonly counts: { readonly anyOf: readonly string[]; readonly allOf: readonly string[] };
  readonly kind: PreventionKind;
  readonly title: InLanguages;
  readonly requirement: PreventionRequirement;
  /**
   * `overdue` and `due`: its window is over, or open, and there is no record. `unknown`: `missing` tells what would have to
   * be known. `not-yet`: its window comes. `done`: nothing more is asked until `window`, or ever again.
   */
  readonly status: PreventionStatus;
  /** The days it is planned for, both included; `to` is `null` without an end. For `done` the next ones, or `null`. */
  readonly window: { readonly from: string; readonly to: string | null } | null;
  /** Which dose, or which of the examinations: the one asked for, or the last one that was done; `null` where they are not counted. */
  readonly dose: { readonly number: number; readonly of: number } | null;
  /** What this one is called, where each has a name. */
  readonly step: InLanguages | null;
  /** Whether it is past the age it is planned for. */
  readonly catchUp: boolean;
  /** The day of the last record that counts. */
  readonly lastDone: string | null;
  /** What has to be known first: `history`, `sex` or names of conditions. Empty unless `unknown`. */
  readonly missing: readonly string[];
  /** One sentence that says why. It is information and no advice of a doctor. */
  readonly explanation: InLanguages;
  /** What else the rule says. */
  readonly note: InLanguages | null;
  readonly source: PreventionSource;
  /** Whether a professional checked the rule; `doubtful` has a reason to look at the source before anything else. */
  readonly review: { readonly state: PreventionReview; readonly reason: InLanguages | null };
  /** The id of the edition that says so. */
  readonly edition: string;
}

/** Where a rule was published, and through what it was read if that was not the publication. */
export interface PreventionSource {
  readonly title: string;
  readonly url: string | null;
  /** A year, month or day. */
  readonly date: string | null;
  readonly readThrough: Omit<PreventionSource, 'readThrough'> | null;
}

/** What is asked. */
export interface PreventionOptions {
  /** The day that is asked about, `YYYY-MM-DD`: today, as a rule. No clock is read. */
  readonly on: string;
  /** The one in the package when it is not told. */
  readonly edition?: PreventionEdition;
  /** How far ahead `not-yet` looks, as an ISO 8601 duration: `P2Y` when it is not told. */
  readonly ahead?: string;
}

/**
 * What prevention is due for a person, most urgent first: overdue, due, unknown, not yet, done.
 *
 * There is at most one item for a rule: its next dose, test or occasion. A rule that is not for this person, or for which
 * it is too late or too soon, has none. A rule that only something unknown would make apply is `unknown`. Equal arguments
 * give equal results; nothing is kept or sent. Throws `usage/invalid` with the `argument` that is wrong.
 */
export function preventionFor(facts: PreventionFacts, options: PreventionOptions): readonly PreventionItem[] {
  const { on, edition = currentEdition(), ahead = 'P2Y' } = options;
  if (!isDay(on)) throw new VaultError('usage/invalid', { argument: 'on' });
  if (!isSpan(ahead)) throw new VaultError('usage/invalid', { argument: 'ahead' });
  const file = rulesOf(edition);
  const until = plus(on, ahead);
  return answersOn(on, checkFacts(facts), { edition: file, ages: new Map() })
    .filter(
      ({ answer: { status, window } }) => status !== 'not-yet' || (window !== null && window.from <= until),
    )
    .map((found) => itemOf(found, file))
    .sort(byUrgency);
}

/** What one rule answers. @internal */
export interface Found {
  readonly rule: Rule;
  readonly answer: Answer;
  readonly requirement: PreventionRequirement;
  readonly missing: readonly string[];
  readonly waits: boolean;
}

/** What the same question on another day shares with this one. @internal */
export interface Asked {
  readonly edition: EditionFile;
  readonly ages: Person['ages'];
  /** Takes the days on which an answer may change. */
  readonly mark?: Question['mark'];
}

/** What every rule answers that has an answer. @internal */
export function answersOn(
  on: Day,
  facts: PreventionFacts,
  { edition, ages, mark = () => {} }: Asked,
): readonly Found[] {
  const person = personOn(on, facts, { known: edition, ages });
  if (on < person.birth) {
    mark(person.birth);
    return [];
  }
  return edition.rules.flatMap((rule) => {
    const { from, to } = inForce(rule);
    mark(from, to === FOREVER ? to : plus(to, 'P1D'));
    return on < from || on > to ? [] : (foundFor(rule, person, on, mark) ?? []);
  });
}

/** The answer for whom the rule is for, else for whom it may be. */
function foundFor(rule: Rule, person: Person, on: Day, mark: Question['mark']): Found | null {
  const { certain, possible, missing, requirement } = appliesTo(person, rule, on);
  for (const { from, before } of [...certain, ...possible]) mark(from, before);
  const ask = (periods: readonly Period[]) => answerPlan({ rule, person, on, periods, mark });
  const sure = ask(certain);
  if ((sure === null || sure.status === 'not-yet') && missing.length > 0) {
    const maybe = ask(possible);
    if (maybe?.status === 'done') return { rule, answer: maybe, requirement, missing: [], waits: false };
    if (maybe !== null && maybe.status !== 'not-yet')
      return { rule, answer: { ...maybe, status: 'unknown' }, requirement, missing, waits: false };
  }
  if (sure === null) return null;
  const pregnancy = pregnancyNow(person, on);
  if (rule.notInPregnancy === true && pregnancy !== undefined && !['done', 'not-yet'].includes(sure.status)) {
    mark(pregnancy.before);
    const window = { from: pregnancy.before, before: FOREVER };
    return { rule, answer: { ...sure, status: 'not-yet', window }, requirement, missing: [], waits: true };
  }
  const unknown = sure.status === 'unknown' ? ['history'] : [];
  return { rule, answer: sure, requirement, missing: unknown, waits: false };
}

function answerPlan(question: Question): Answer | null {
  const { plan } = question.rule;
  if (question.periods.length === 0) return null;
  if (plan.type === 'series') return answerSeries(question, plan);
  return plan.type === 'interval' ? answerInterval(question, plan) : answerSlots(question, plan);
}

function pregnancyNow({ pregnancies }: Person, on: Day): Period | undefined {
  return pregnancies.find(({ from, before }) => from <= on && on < before);
}

function itemOf(found: Found, edition: EditionFile): PreventionItem {
  const { rule, answer, requirement, missing } = found;
  const { window, status, dose, step, catchUp, lastDone } = answer;
  const explained = { ...found, conditions: edition.conditions };
  const { title = '', url = null, date = null, readThrough = null } = edition.sources[rule.source] ?? {};
  const unreviewed = edition.reviewedBy === null ? 'unreviewed' : 'reviewed';
  return {
    rule: rule.id,
    counts: { anyOf: [rule.id, ...(rule.codes ?? [])], allOf: rule.protects ?? [] },
    kind: rule.kind,
    title: rule.title,
    requirement,
    status,
    window: window === null ? null : { from: window.from, to: lastDay(window) },
    dose,
    step,
    catchUp,
    lastDone,
    missing,
    explanation: { fr: explainIn('fr', explained), en: explainIn('en', explained) },
    note: rule.note ?? null,
    source: { title, url, date, readThrough },
    review: { state: rule.doubt === undefined ? unreviewed : 'doubtful', reason: rule.doubt ?? null },
    edition: edition.id,
  };
}

function lastDay({ before }: Period): Day | null {
  return before === FOREVER ? null : minus(before, 'P1D');
}

const ORDER: readonly PreventionStatus[] = ['overdue', 'due', 'unknown', 'not-yet', 'done'];

/** By status, then by how strongly it is advised, then by when it ends or begins. */
function byUrgency(one: PreventionItem, other: PreventionItem): number {
  const rank = ({ status, requirement }: PreventionItem) =>
    ORDER.indexOf(status) * STRENGTH.length + STRENGTH.indexOf(requirement);
  const when = ({ status, window, rule }: PreventionItem) =>
    `${(status === 'not-yet' ? window?.from : window?.to) ?? FOREVER} ${rule}`;
  return rank(one) - rank(other) || (when(one) < when(other) ? -1 : 1);
}
