import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import type { CodeOf } from './code-list.js';
import type { FactBook } from './fact-book.js';
import type { Stated } from './merge-facts.js';
import type { WriteOptions } from './source.js';

/** The ABO group (LOINC 883-9) and the rhesus factor (LOINC 10331-7); each null where nobody said. */
export interface BloodGroupView {
  readonly abo: Stated<CodeOf<'abo'>> | null;
  readonly rhesus: Stated<CodeOf<'rhesus'>> | null;
}

/** The blood group: what is said of it, never a reason to transfuse without a test. */
export class BloodGroup {
  readonly #facts: FactBook;
  readonly #lives: LiveCache;

  /** @internal */
  constructor(facts: FactBook, lives: LiveCache) {
    this.#facts = facts;
    this.#lives = lives;
  }

  /**
   * Says one or both, and ends what was in conflict about it; `null` takes it back, what is left out stays.
   *
   * Throws `usage/invalid`.
   */
  async set(
    value: { readonly abo?: CodeOf<'abo'> | null; readonly rhesus?: CodeOf<'rhesus'> | null },
    options: WriteOptions = {},
  ): Promise<BloodGroupView> {
    if (value.abo !== undefined) await this.#facts.write('blood.abo', value.abo, options);
    if (value.rhesus !== undefined) await this.#facts.write('blood.rhesus', value.rhesus, options);
    return this.get();
  }

  /** The group as it is known. */
  async get(): Promise<BloodGroupView> {
    return {
      abo: (await this.#facts.read('blood.abo'))?.stated ?? null,
      rhesus: (await this.#facts.read('blood.rhesus'))?.stated ?? null,
    };
  }

  /** As `get`, and all that follows. */
  live(): Live<BloodGroupView> {
    return this.#lives.get('blood group', () =>
      deriveLive([this.#facts.live('blood.abo'), this.#facts.live('blood.rhesus')], (abo, rhesus) =>
        Object.freeze({ abo: abo?.stated ?? null, rhesus: rhesus?.stated ?? null }),
      ),
    );
  }
}
