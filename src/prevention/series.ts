import { type Day, FOREVER, latest, plus, plusWidth } from './calendar-day.js';
import type { Dose, PlanOf, Schedule } from './edition-schema.js';
import type { DoneOn } from './facts.js';
import {
  type Answer,
  apartFrom,
  atAge,
  doneFor,
  type Period,
  type Question,
  type Rejected,
  statusIn,
  windowOf,
} from './question.js';

/**
 * Answers for doses that follow one another.
 *
 * The schedule is the first that is meant for the person's conditions, for what the first dose was, and for the age at the
 * first dose, or today as long as there is none. What was given too early, too close to the dose before, or of another
 * product than the schedule allows, does not count. After a dose in time the next one stays at its age; after a late one it
 * keeps the distance that the schedule plans, and the width of its window. Doses that are complete by themselves are
 * complete, whatever was given before them.
 */
export function answerSeries(question: Question, plan: PlanOf<'series'>): Answer | null {
  const { on, rule, person, mark } = question;
  const period = question.periods.find(({ before }) => on < before);
  if (period === undefined) return null;
  mark(period.from, period.before);
  const meant = schedulesFor(question, plan);
  const [main] = meant;
  const start = atAge(main?.doses[0]?.earliest ?? plan.earliest, person, person.birth);
  const { accepted, early } = sinceDay(start, doneFor(question));
  const chosen = choose(meant, accepted, question);
  if (main === undefined || chosen === null) return null;
  const { schedules, schedule } = chosen;
  const { counted, rejected } = count(schedule, accepted, question);
  const answer = {
    dose: null,
    step: null,
    catchUp: false,
    lastDone: counted.at(-1) ?? null,
    rejected: rejected ?? early,
  };
  const { doses } = schedule;
  const next = doses[counted.length];
  if (next === undefined || isComplete(meant, accepted, question))
    return on < period.from ? null : { ...answer, status: 'done', window: null, rejected: null };
  const first = schedules[0]?.doses[0] ?? next;
  const window =
    counted.length === 0
      ? windowOfFirst(first, period, question)
      : windowOfNext(schedule, counted, period, question);
  mark(window.from, window.before);
  const opens = counted.length === 0 && start > person.birth ? latest(start, period.from) : window.from;
  const status = statusIn(window, on);
  const isUnknown = status !== 'not-yet' && opens < person.unrecordedBefore;
  const isLate = schedule !== schedules[0] || status === 'overdue';
  return {
    ...answer,
    status: isUnknown ? 'unknown' : status,
    window,
    dose: { number: counted.length + 1, of: doses.length },
    catchUp: rule.catchUp === true || (status !== 'not-yet' && isLate),
  };
}

/** The schedule for what was given first and when, and those it was chosen from; `null` when it is too late for any. */
function choose(meant: readonly Schedule[], accepted: readonly DoneOn[], { on, person, mark }: Question) {
  const [first] = accepted;
  const schedules = startingWith(meant, first);
  mark(...schedules.map(({ startBefore }) => atAge(startBefore, person)));
  const schedule = schedules.find(({ startBefore }) => (first?.day ?? on) < atAge(startBefore, person));
  return schedule === undefined ? null : { schedules, schedule };
}

/** Whether the doses are complete without the first of them: the number looked at is bounded. */
function isComplete(meant: readonly Schedule[], accepted: readonly DoneOn[], question: Question): boolean {
  return accepted.slice(0, 20).some((_, index) => {
    const later = accepted.slice(index);
    const schedule = choose(meant, later, question)?.schedule;
    return (
      schedule !== undefined && count(schedule, later, question).counted.length === schedule.doses.length
    );
  });
}

/** The schedules for what the person has, else those for everyone. */
function schedulesFor({ person }: Question, { schedules }: PlanOf<'series'>): readonly Schedule[] {
  const special = schedules.filter(({ when }) => when?.some((name) => person.conditions[name] === true));
  return special.length > 0 ? special : schedules.filter(({ when }) => when === undefined);
}

/** The schedules for what was given first, else those for anything. */
function startingWith(schedules: readonly Schedule[], first: DoneOn | undefined): readonly Schedule[] {
  const special = schedules.filter(({ startsWith }) => startsWith?.some((code) => first?.what.has(code)));
  return special.length > 0 ? special : schedules.filter(({ startsWith }) => startsWith === undefined);
}

function sinceDay(start: Day, done: readonly DoneOn[]) {
  const last = done.findLast(({ day }) => day < start)?.day;
  const early: Rejected | null = last === undefined ? null : { day: last, why: 'too-early' };
  return { accepted: done.filter(({ day }) => day >= start), early };
}

/** The days that count, one for each dose, and the last one that does not. */
function count({ doses, excludes = [] }: Schedule, done: readonly DoneOn[], { person }: Question) {
  const counted: Day[] = [];
  let rejected: Rejected | null = null;
  for (const { day, what } of done) {
    const dose = doses[counted.length];
    if (dose === undefined) break;
    const before = counted.at(-1);
    if (excludes.some((code) => what.has(code))) rejected = { day, why: 'other-product' };
    else if (day < atAge(dose.earliest, person, person.birth)) rejected = { day, why: 'too-early' };
    else if (before !== undefined && dose.gap !== undefined && day < plus(before, dose.gap))
      rejected = { day, why: 'too-close' };
    else counted.push(day);
  }
  return { counted, rejected };
}

function windowOfFirst({ at, before }: Dose, period: Period, question: Question): Period {
  const { person } = question;
  const plannedFrom = atAge(at, person, period.from);
  const from = latest(plannedFrom, period.from, apartFrom(question));
  return from === plannedFrom ? windowOf(from, atAge(before, person)) : moved(from, { at, before });
}

function windowOfNext(
  { doses }: Schedule,
  counted: readonly Day[],
  period: Period,
  question: Question,
): Period {
  const { person } = question;
  const { at, before, gap, after, within, withinFirst } = doses[counted.length] ?? {};
  const [first = person.birth] = counted;
  const last = counted.at(-1) ?? first;
  const wasLate = last >= atAge(doses[counted.length - 1]?.before, person);
  const distance = at === undefined || wasLate ? (after ?? gap) : gap;
  const plannedFrom = atAge(at, person, last);
  const spaced = distance === undefined ? last : plus(last, distance);
  const from = latest(plannedFrom, spaced, apartFrom(question), period.from);
  if (within !== undefined) return windowOf(from, plus(last, within));
  if (withinFirst !== undefined) return windowOf(from, plus(first, withinFirst));
  return from === plannedFrom ? windowOf(from, atAge(before, person)) : moved(from, { at, before });
}

/** A window that begins later than planned is as wide as planned. */
function moved(from: Day, { at, before }: Pick<Dose, 'at' | 'before'>): Period {
  if (before === undefined) return { from, before: FOREVER };
  return windowOf(from, plusWidth(from, { from: at ?? 'P0D', before }));
}
