import { FOREVER, latest, minus, plus } from './calendar-day.js';
import type { PlanOf } from './edition-schema.js';
import { type Answer, atAge, doneFor, lastOf, type Question, statusIn, windowOf } from './question.js';

/**
 * Answers for what comes again a while after the last time, as a screening.
 *
 * Where records are missing, it is known to be due only once all that time has passed with complete records.
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
  const window = windowOf(again, plan.grace === undefined ? FOREVER : plus(again, plan.grace));
  mark(period.from, period.before, window.from, window.before);
  const isLast = window.from >= period.before;
  const answer = { dose: null, step: null, catchUp: false, lastDone: last, rejected: null };
  const wasDone = last !== null || others.length > 0;
  if (on < window.from && on >= period.from && wasDone)
    return { ...answer, status: 'done', window: isLast ? null : window };
  if (isLast) return null;
  const status = statusIn(window, on);
  return { ...answer, status: status !== 'not-yet' && mayBeDone() ? 'unknown' : status, window };

  /** Whether one that nobody recorded could still hold. */
  function mayBeDone(): boolean {
    if (person.unrecordedBefore <= person.birth) return false;
    const lastUnrecorded = minus(person.unrecordedBefore, 'P1D');
    if (last !== null && lastUnrecorded <= last) return false;
    const ends = plan.every.map((each) => plus(lastUnrecorded, each));
    mark(...ends);
    return on < latest(...ends);
  }
}
