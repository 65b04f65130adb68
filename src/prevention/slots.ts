import { addSpans, type Day, earliest, FOREVER, isShorter, latest, plus, yearOf } from './calendar-day.js';
import type { PlanOf, Text } from './edition-schema.js';
import {
  type Answer,
  apartFrom,
  atAge,
  doneFor,
  overlap,
  type Question,
  statusIn,
  windowOf,
} from './question.js';

/** One occasion: it is planned `from` a day `before` another, and asked for `until` a third. */
interface Slot {
  readonly from: Day;
  readonly before: Day;
  readonly until: Day;
  /** From when something done counts for it. */
  readonly countsFrom: Day;
  readonly number: number | null;
  readonly title: Text | null;
}

/** A slot, and the day it was used. */
interface Used extends Slot {
  readonly used: Day | null;
}

type SlotPlan = PlanOf<'slots'> | PlanOf<'seasons'> | PlanOf<'pregnancy'>;

/**
 * Answers for what has its time: examinations of an age, a dose each autumn, one in each pregnancy.
 *
 * Each record is used once, for the first slot that it counts for, and for a later one for which it is early. A slot that was missed is asked for until its end and
 * never again. The answer is of the first open slot that was not used, else of the one that was used and lasts, else of the
 * next.
 */
export function answerSlots(question: Question, plan: SlotPlan): Answer | null {
  const { on, person, mark } = question;
  const done = doneFor(question).map(({ day }) => day);
  const numbered = plan.type === 'slots' && plan.numbered === true ? plan.slots.length : null;
  const slots = use(slotsOf(question, plan), done).flatMap((slot) => planned(slot, question));
  for (const { from, before, until } of slots) mark(from, before, until);
  if (plan.type === 'seasons' && plan.once === true && done.length > 0) {
    if (!question.periods.some(({ from, before }) => from <= on && on < before)) return null;
    return { ...NOTHING, status: 'done', lastDone: done.at(-1) ?? null };
  }
  const show = (slot: Used, status: Answer['status']): Answer => ({
    ...NOTHING,
    status,
    window: { from: slot.from, before: slot.before },
    dose: numbered === null || slot.number === null ? null : { number: slot.number, of: numbered },
    step: slot.title,
    lastDone: done.at(-1) ?? null,
  });
  const isOpen = ({ from, until }: Slot) => from <= on && on < until;
  const open = slots.find((slot) => slot.used === null && isOpen(slot));
  if (open !== undefined) {
    const status = open.countsFrom < person.unrecordedBefore ? 'unknown' : statusIn(open, on);
    return { ...show(open, status), catchUp: question.rule.catchUp === true || status === 'overdue' };
  }
  const next = slots.find(({ used, from }) => used === null && from > on);
  const held = slots.findLast(({ used, until }) => used !== null && used <= on && on < until);
  if (held !== undefined) {
    const second = plan.type === 'seasons' ? secondDose(question, plan, held, done) : null;
    if (second !== null) return second;
    return {
      ...show(held, 'done'),
      window: next === undefined ? null : { from: next.from, before: next.before },
    };
  }
  return next === undefined ? null : show(next, 'not-yet');
}

const NOTHING = { window: null, dose: null, step: null, catchUp: false, lastDone: null, rejected: null };

/** In the first season of all a child may need two: only who has every record knows that it is the first. */
function secondDose(
  { person, on, mark }: Question,
  { primer }: PlanOf<'seasons'>,
  slot: Used,
  done: readonly Day[],
): Answer | null {
  const first = done[0];
  if (primer === undefined || first === undefined || first !== slot.used) return null;
  if (first >= atAge(primer.before, person) || person.unrecordedBefore > person.birth) return null;
  const from = plus(first, primer.gap);
  mark(from);
  if (done.some((day) => day >= from)) return null;
  const tooClose = done.findLast((day) => day > first);
  const window = windowOf(from, slot.before > from ? slot.before : slot.until);
  return {
    ...NOTHING,
    status: statusIn(window, on),
    window,
    dose: { number: 2, of: 2 },
    lastDone: done.at(-1) ?? null,
    rejected: tooClose === undefined ? null : { day: tooClose, why: 'too-close' },
  };
}

function use(slots: readonly Slot[], done: readonly Day[]): readonly Used[] {
  const used = new Map<Slot, Day>();
  for (const day of done) {
    const unused = slots.filter((each) => !used.has(each) && each.countsFrom <= day && day < each.until);
    for (const [index, slot] of unused.entries()) if (index === 0 || day < slot.from) used.set(slot, day);
  }
  return slots.map((slot) => ({ ...slot, used: used.get(slot) ?? null }));
}

/** The slot as it is for this person: while the rule is for them, and far enough from what was given last. */
function planned(slot: Used, question: Question): Used | [] {
  const period = question.periods.find(
    (each) => overlap(each, { from: slot.from, before: slot.until }) !== null,
  );
  if (period === undefined) return [];
  const until = earliest(slot.until, period.before);
  const apart = slot.used === null ? apartFrom(question) : slot.from;
  const from = latest(slot.from, period.from, apart);
  if (from >= until) return [];
  const before = earliest(slot.before, period.before);
  return { ...slot, from, before: before > from ? before : until, until };
}

function slotsOf(question: Question, plan: SlotPlan): readonly Slot[] {
  if (plan.type === 'slots') return slotsByAge(question, plan);
  return plan.type === 'seasons' ? slotsBySeason(question, plan) : slotsByPregnancy(question, plan);
}

function slotsByAge({ person }: Question, plan: PlanOf<'slots'>): readonly Slot[] {
  const ages = repeated(plan);
  return ages.map(({ from, before, until, earliest: counts, number, title }, index) => {
    const end = atAge(before, person);
    const next = atAge(ages[index + 1]?.from, person, end);
    return {
      from: atAge(from, person),
      before: end,
      until: atAge(until, person, latest(end, next)),
      countsFrom: atAge(counts ?? from, person),
      number,
      title: title ?? null,
    };
  });
}

type SlotOfAge = PlanOf<'slots'>['slots'][number] & { readonly number: number };

/** More often than once a year in a life is none of these. */
const REPEATS_MAX = 150;

const expanded = /* @__PURE__ */ new WeakMap<PlanOf<'slots'>, readonly SlotOfAge[]>();

/** The slots of a plan, with those that repeat as often as they do. */
function repeated(plan: PlanOf<'slots'>): readonly SlotOfAge[] {
  const known = expanded.get(plan);
  if (known !== undefined) return known;
  const slots = plan.slots.flatMap((slot, index) => {
    const all: SlotOfAge[] = [{ ...slot, number: index + 1 }];
    if (slot.repeat === undefined) return all;
    const { every, before } = slot.repeat;
    let span = every;
    while (all.length < REPEATS_MAX && isShorter(addSpans(slot.from, span), before)) {
      all.push({ ...later(slot, span), number: index + 1 });
      span = addSpans(span, every);
    }
    return all;
  });
  expanded.set(plan, slots);
  return slots;
}

function later(slot: PlanOf<'slots'>['slots'][number], span: string): typeof slot {
  const { from, before, until, earliest: counts } = slot;
  return {
    ...slot,
    from: addSpans(from, span),
    before: addSpans(before, span),
    ...(until === undefined ? {} : { until: addSpans(until, span) }),
    ...(counts === undefined ? {} : { earliest: addSpans(counts, span) }),
  };
}

/** The seasons around the day: the one before last decides nothing any more, the one after next is asked about later. */
function slotsBySeason({ person, on }: Question, plan: PlanOf<'seasons'>): readonly Slot[] {
  const year = yearOf(on);
  return [year - 1, year, year + 1, year + 2].map((each) => {
    const { from, before } = seasonOf(plan, each);
    const until = plan.until === undefined ? before : following(before, plan.until);
    const countsFrom = plan.once === true ? person.birth : from;
    return { from, before, until, countsFrom, number: null, title: null };
  });
}

function slotsByPregnancy({ person }: Question, plan: PlanOf<'pregnancy'>): readonly Slot[] {
  return person.pregnancies.flatMap((pregnancy) => {
    const end = plan.afterEnd === undefined ? pregnancy.before : plus(pregnancy.before, plan.afterEnd);
    const from = plus(pregnancy.from, plan.from);
    const before = plan.before === undefined ? end : earliest(plus(pregnancy.from, plan.before), end);
    if (from >= before) return [];
    const slot = {
      ...{ from, before, until: end, number: null, title: null },
      countsFrom: plus(pregnancy.from, plan.earliest ?? plan.from),
    };
    const { season } = plan;
    if (season === undefined) return [slot];
    const year = yearOf(from);
    return [year - 1, year, year + 1].flatMap((each) => {
      const common = overlap(slot, seasonOf(season, each));
      return common === null ? [] : { ...slot, ...common, until: common.before };
    });
  });
}

function seasonOf(season: { readonly from: string; readonly before: string }, year: number) {
  const from = `${year}-${season.from}`;
  return { from, before: following(from, season.before) };
}

/** The next time that the year comes to a day. */
function following(day: Day, dayOfYear: string): Day {
  const thisYear = `${yearOf(day)}-${dayOfYear}`;
  return thisYear > day ? thisYear : earliest(plus(thisYear, 'P1Y'), FOREVER);
}
