import { type Day, FOREVER, minus, printDay } from './calendar-day.js';
import type { EditionFile, Rule } from './edition-schema.js';
import type { Answer, Period, Rejected } from './question.js';

/** What a sentence explains. */
export interface Explained {
  readonly rule: Rule;
  readonly answer: Answer;
  /** What is not known, when that is why the status is `unknown`. */
  readonly missing: readonly string[];
  /** Whether a pregnancy puts it off. */
  readonly waits: boolean;
  readonly conditions: EditionFile['conditions'];
}

type Language = 'fr' | 'en';

/** One sentence that says why, and nothing that reads as an order. */
export function explainIn(language: Language, explained: Explained): string {
  const why = explained.rule.why[language];
  const colon = language === 'fr' ? ' : ' : ': ';
  const parts = [stateIn(language, explained), rejectedIn(language, explained.answer.rejected)];
  const told = parts.filter((part) => part !== '').join(language === 'fr' ? ' ; ' : '; ');
  return `${why}${colon}${told}.`;
}

function stateIn(language: Language, { rule, answer, missing, waits, conditions }: Explained): string {
  const words = WORDS[language];
  const what = whatIn(language, rule, answer);
  const { window, status, lastDone } = answer;
  if (waits) return words.waits(dayIn(language, window?.from));
  const facts = missing.filter((name) => name !== 'history');
  if (facts.length > 0)
    return words.missing(facts.map((name) => conditions[name]?.[language] ?? words.sex).join(', '));
  const when = window === null ? '' : windowIn(language, window);
  if (status === 'done') {
    const next = window === null ? '' : words.next(dayIn(language, window.from));
    return lastDone === null
      ? words.nothingBefore(dayIn(language, window?.from))
      : words.done(dayIn(language, lastDone)) + next;
  }
  return words[status](what, when, rule.kind);
}

/** « la dose 2 sur 3 (rattrapage) », « l'examen 8 sur 20 (8 mois) ». */
function whatIn(language: Language, { kind }: Rule, { dose, step, catchUp, status }: Answer): string {
  const words = WORDS[language];
  const number = dose === null || dose.of === 1 ? '' : ` ${dose.number} ${words.of} ${dose.of}`;
  const details = [
    step?.[language],
    catchUp && (status === 'due' || status === 'not-yet') ? words.catchUp : undefined,
  ];
  const inBrackets = details.filter((detail) => detail !== undefined).join(', ');
  return `${words.noun[kind]}${number}${inBrackets === '' ? '' : ` (${inBrackets})`}`;
}

function windowIn(language: Language, { from, before }: Period): string {
  const words = WORDS[language];
  const first = dayIn(language, from);
  if (before === FOREVER) return words.since(first);
  const last = dayIn(language, minus(before, 'P1D'));
  return first === last ? words.onDay(first) : words.between(first, last);
}

function rejectedIn(language: Language, rejected: Rejected | null): string {
  if (rejected === null) return '';
  const words = WORDS[language];
  return words.rejected(dayIn(language, rejected.day), words.rejections[rejected.why]);
}

function dayIn(language: Language, day: Day | undefined): string {
  if (day === undefined) return '';
  return language === 'fr' ? printDay(day, language).replace(/^1 /, '1er ') : printDay(day, language);
}

const isFeminine = (kind: Rule['kind']) => kind === 'vaccine';

const WORDS = {
  fr: {
    of: 'sur',
    catchUp: 'rattrapage',
    sex: 'le sexe',
    noun: {
      vaccine: 'la dose',
      screening: 'le test',
      exam: "l'examen",
      dental: "l'examen dentaire",
      checkup: 'le bilan',
    },
    since: (day: string) => `à partir du ${day}`,
    onDay: (day: string) => `le ${day}`,
    between: (first: string, last: string) => `du ${first} au ${last}`,
    due: (what: string, when: string, kind: Rule['kind']) =>
      `${what} est prévu${isFeminine(kind) ? 'e' : ''} ${when} et n'est pas enregistré${isFeminine(kind) ? 'e' : ''}`,
    overdue: (what: string, when: string, kind: Rule['kind']) =>
      `${what} était prévu${isFeminine(kind) ? 'e' : ''} ${when} et n'est pas enregistré${isFeminine(kind) ? 'e' : ''} ; un professionnel de santé peut dire ce qui se rattrape`,
    'not-yet': (what: string, when: string, kind: Rule['kind']) =>
      `${what} est prévu${isFeminine(kind) ? 'e' : ''} ${when}`,
    unknown: (what: string, when: string, kind: Rule['kind']) =>
      `${what} était prévu${isFeminine(kind) ? 'e' : ''} ${when}, rien n'est enregistré et tout n'est pas connu : à prévoir, sauf si c'est déjà fait`,
    done: (day: string) => `fait, la dernière fois le ${day}`,
    next: (day: string) => ` ; à nouveau à partir du ${day}`,
    nothingBefore: (day: string) => `rien n'est prévu avant le ${day}`,
    missing: (facts: string) => `cela dépend de ce qui n'est pas indiqué ici (${facts})`,
    waits: (day: string) => `pas pendant une grossesse, donc à partir du ${day}`,
    rejected: (day: string, why: string) => `ce qui date du ${day} n'est pas compté (${why})`,
    rejections: {
      'too-early': 'trop tôt',
      'too-close': 'trop proche de la dose précédente',
      'other-product': 'un autre produit que la première dose',
    },
  },
  en: {
    of: 'of',
    catchUp: 'catch-up',
    sex: 'the sex',
    noun: {
      vaccine: 'the dose',
      screening: 'the test',
      exam: 'the examination',
      dental: 'the dental check',
      checkup: 'the check-up',
    },
    since: (day: string) => `from ${day}`,
    onDay: (day: string) => `on ${day}`,
    between: (first: string, last: string) => `from ${first} to ${last}`,
    due: (what: string, when: string) => `${what} is planned ${when} and is not recorded`,
    overdue: (what: string, when: string) =>
      `${what} was planned ${when} and is not recorded; a health professional can say what to catch up`,
    'not-yet': (what: string, when: string) => `${what} is planned ${when}`,
    unknown: (what: string, when: string) =>
      `${what} was planned ${when}, nothing is recorded and not everything is known, so it is to be considered unless it was done`,
    done: (day: string) => `done, the last time on ${day}`,
    next: (day: string) => `; again from ${day}`,
    nothingBefore: (day: string) => `nothing is planned before ${day}`,
    missing: (facts: string) => `it depends on what is not told here (${facts})`,
    waits: (day: string) => `not during a pregnancy, so from ${day}`,
    rejected: (day: string, why: string) => `what was done on ${day} is not counted (${why})`,
    rejections: {
      'too-early': 'too early',
      'too-close': 'too close to the dose before',
      'other-product': 'another product than the first dose',
    },
  },
} as const;
