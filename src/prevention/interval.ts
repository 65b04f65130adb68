import { type Day, FOREVER, latest, minus, plus } from './calendar-day.js';
import type { PlanOf } from './edition-schema.js';
import {
  type Answer,
  atAge,
  doneFor,
  lastOf,
  type Period,
  type Question,
  statusIn,
  windowOf,
} from './question.js';

/**
 * Answers for what comes again a while after the last time, as a screening.
 *
 * Where records are missing, it is known to be due only once all that time has passed with complete records: one may have
 * been done on the last day before them.
 */
export function answerInterval(question: Question, plan: PlanOf<'interval'>): Answer | null {
  const { on, person, mark } = question;
  const period = question.periods.find(({ before }) => on < before);
  if (period === undefined) return null;
  const start = atAge(plan.earliest, person, person.birth);
  const done = doneFor(question)
    .map(({ day }) => day)
    .filter((day) => day >= start);
  const last = done.at(-1) ?? null;
  const span = plan.every[Math.min(done.length, plan.every.length) - 1];
  const others = (plan.after ?? []).flatMap(({ codes, by }) => {
    const other = lastOf(codes, question);
    return other === null ? [] : plus(other, by);
  });
  const again = latest(
    period.from,
    ...(last === null || span === undefined ? [] : [plus(last, span)]),
    ...others,
  );
  const planned = windowFrom(again, plan);
  const unrecorded = latestUnrecorded(question, last);
  const known = unrecorded === null ? null : windowFrom(plus(unrecorded, longest(plan, unrecorded)), plan);
  mark(period.from, period.before, planned.from, planned.before);
  if (known !== null) mark(known.from, known.before);
  const isLast = planned.from >= period.before;
  const answer = { dose: null, step: null, catchUp: false, lastDone: last, rejected: null };
  const wasDone = last !== null || others.length > 0;
  if (on < planned.from && on >= period.from && wasDone)
    return { ...answer, status: 'done', window: isLast ? null : planned };
  if (isLast) return null;
  if (on < planned.from || known === null || known.from <= planned.from)
    return { ...answer, status: statusIn(planned, on), window: planned };
  return on < known.from
    ? { ...answer, status: 'unknown', window: planned }
    : { ...answer, status: statusIn(known, on), window: known };
}

function windowFrom(from: Day, { grace }: PlanOf<'interval'>): Period {
  return windowOf(from, grace === undefined ? FOREVER : plus(from, grace));
}

/** The last day on which one may have been done that nobody recorded, if that is later than the last one recorded. */
function latestUnrecorded({ person }: Question, last: Day | null): Day | null {
  if (person.unrecordedBefore <= person.birth) return null;
  const day = minus(person.unrecordedBefore, 'P1D');
  return last !== null && day <= last ? null : day;
}

function longest({ every }: PlanOf<'interval'>, from: Day): string {
  return every.reduce((one, other) => (plus(from, other) > plus(from, one) ? other : one));
}
