import { VaultError } from '../errors.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import { type CodeOf, codesOf } from './code-list.js';
import { decimalOf } from './decimal.js';
import type { Habit } from './fact.js';
import type { FactBook } from './fact-book.js';
import type { Stated } from './merge-facts.js';
import type { WriteOptions } from './source.js';

/** The name of a habit. */
export type HabitName = CodeOf<'habit'>;

/** A habit as callers give it; at least one of them. */
export interface HabitInput extends Pick<Habit, 'status' | 'text'> {
  readonly amount?: { readonly value: number | string; readonly unit: CodeOf<'habit-unit'> } | undefined;
}

/** All habits, by name; null where nobody said. */
export type HabitsView = { readonly [Name in HabitName]: Stated<Habit> | null };

/** What the holder does: food, physical activity, sleep, screens, alcohol, tobacco. */
export class Habits {
  readonly #facts: FactBook;
  readonly #lives: LiveCache;

  /** @internal */
  constructor(facts: FactBook, lives: LiveCache) {
    this.#facts = facts;
    this.#lives = lives;
  }

  /** Says what a habit is now, and ends what was in conflict about it; `null` takes it back. Throws `usage/invalid`. */
  async set(
    habit: HabitName,
    value: HabitInput | null,
    options: WriteOptions = {},
  ): Promise<Stated<Habit> | null> {
    if (!codesOf('habit').includes(habit)) throw new VaultError('usage/invalid', { argument: 'habit' });
    const amount = value?.amount && {
      ...value.amount,
      value: decimalOf(value.amount.value, 'amount.value'),
    };
    const kept = value === null ? null : { ...value, amount };
    return (await this.#facts.write(`habit.${habit}`, kept, options))?.stated ?? null;
  }

  /** One habit; null when nobody said. */
  async get(habit: HabitName): Promise<Stated<Habit> | null> {
    return (await this.#facts.read(`habit.${habit}`))?.stated ?? null;
  }

  /** All of them. */
  async all(): Promise<HabitsView> {
    const names = codesOf('habit');
    return byName(await Promise.all(names.map((name) => this.get(name))));
  }

  /** As `all`, and all that follows. */
  live(): Live<HabitsView> {
    return this.#lives.get('habits', () =>
      deriveLive(
        codesOf('habit').map((name) => this.#facts.live(`habit.${name}`)),
        (...merged) => byName(merged.map((each) => each?.stated ?? null)),
      ),
    );
  }
}

function byName(stated: readonly (Stated<Habit> | null)[]): HabitsView {
  return Object.freeze(
    Object.fromEntries(codesOf('habit').map((name, i) => [name, stated[i] ?? null])),
  ) as HabitsView;
}
