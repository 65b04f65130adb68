const CHARACTERS_MAX = 500;
/** Longer steps than these could pass by every day that fits, and the search would have no end. */
const INTERVALS_MAX: Readonly<Record<string, number>> = { DAILY: 999, WEEKLY: 999, MONTHLY: 99, YEARLY: 99 };

const list = (one: string) => new RegExp(`^(${one})(,(${one}))*$`);
const WEEKDAY = 'SU|MO|TU|WE|TH|FR|SA';
const WEEK = '5[0-3]|[1-4]\\d|0?[1-9]';
const YEAR_DAY = '36[0-6]|3[0-5]\\d|[12]\\d\\d|[1-9]?[1-9]|[1-9]0';

/** What each part of a rule may be (RFC 5545 §3.3.10): nothing more often than once a day, but at several hours. */
const FORMS = /* @__PURE__ */ (() =>
  new Map<string, RegExp>([
    ['FREQ', /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/],
    ['UNTIL', /^(19|20|21)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?$/],
    ['COUNT', /^[1-9]\d{0,8}$/],
    ['INTERVAL', /^[1-9]\d{0,2}$/],
    ['WKST', list(WEEKDAY)],
    ['BYSECOND', /^[0-5]?\d$/],
    ['BYMINUTE', /^[0-5]?\d$/],
    ['BYHOUR', list('2[0-3]|1\\d|0?\\d')],
    ['BYDAY', list(`([+-]?(${WEEK}))?(${WEEKDAY})`)],
    ['BYMONTHDAY', list('[+-]?(3[01]|[12]\\d|0?[1-9])')],
    ['BYYEARDAY', list(`[+-]?(${YEAR_DAY})`)],
    ['BYWEEKNO', list(`[+-]?(${WEEK})`)],
    ['BYMONTH', list('1[0-2]|0?[1-9]')],
    ['BYSETPOS', list(`[+-]?(${YEAR_DAY})`)],
  ]))();

/**
 * Whether a text has the form of a rule that an event may have: `FREQ=WEEKLY;BYDAY=MO`.
 *
 * Not by the hour, minute or second (give hours with `BYHOUR`); intervals up to 999 days or weeks, 99 months or years.
 */
export function isRuleText(text: string): boolean {
  if (text.length > CHARACTERS_MAX) return false;
  const parts = text.split(';').map((part) => part.split('=') as [string, string | undefined]);
  const values = new Map(parts);
  const { length } = parts;
  if (values.size !== length || parts.some((part) => part.length !== 2)) return false;
  if (!parts.every(([name, value]) => FORMS.get(name)?.test(value ?? '') === true)) return false;
  if (values.has('UNTIL') && values.has('COUNT')) return false;
  const max = INTERVALS_MAX[values.get('FREQ') ?? ''];
  return max !== undefined && Number(values.get('INTERVAL') ?? 1) <= max;
}
