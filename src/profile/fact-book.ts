import { isVaultError, VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import type { RecordsAnywhere } from '../vault/record-home.js';
import { present } from './bounded.js';
import { type Fact, type FactName, type Facts, factKind, factSchemas } from './fact.js';
import { type MergedFact, mergeFacts } from './merge-facts.js';
import { checked } from './section-kind.js';
import { isShare, type ProfileHome, sourceToWrite, type WriteOptions } from './source.js';

/** What is said about things there is one of. @internal */
export class FactBook {
  readonly #home: ProfileHome;
  readonly #lives: LiveCache;

  constructor(home: ProfileHome, lives: LiveCache) {
    this.#home = home;
    this.#lives = lives;
  }

  /** All that was said about one thing, or null. */
  async read<Name extends FactName>(fact: Name): Promise<MergedFact<NonNullable<Facts[Name]>> | null> {
    return mergeFacts(await this.#records(fact).list({ where: { fact } }));
  }

  /** As `read`, and all that follows. */
  live<Name extends FactName>(fact: Name): Live<MergedFact<NonNullable<Facts[Name]>> | null> {
    return this.#lives.get(`fact ${fact}`, () =>
      deriveLive([this.#records(fact).live({ where: { fact } })], (items) =>
        mergeFacts<NonNullable<Facts[Name]>>(items),
      ),
    );
  }

  /**
   * Says something; `null` takes back what was said.
   *
   * Of several records the first by id is kept, with what is said now, and the others are removed: that settles what was
   * in conflict. Who may only contribute adds a record of their own beside those of others.
   */
  async write<Name extends FactName>(
    fact: Name,
    value: Facts[Name],
    options: WriteOptions = {},
  ): Promise<MergedFact<NonNullable<Facts[Name]>> | null> {
    const schema = factSchemas.get(fact);
    if (schema === undefined) throw new VaultError('usage/invalid', { argument: 'name' });
    const given = value === null ? null : (checked(schema, present(value)) as Facts[Name]);
    const said = { value: given, source: sourceToWrite(this.#home, options.source) };
    const records = this.#records(fact);
    const known = (await records.list({ where: { fact } })).map(({ id }) => id).sort();
    const kept = await this.#writeFirst(records, known, said);
    if (kept === null) await records.add({ fact, said });
    if (!isShare(this.#home)) for (const id of known) if (id !== kept) await removeIfThere(records, id);
    return this.read(fact);
  }

  /** Writes over the first record that is this person's to change; null when there is none. */
  async #writeFirst(
    records: RecordsAnywhere<Fact>,
    known: readonly Id<'item'>[],
    said: Fact['said'],
  ): Promise<Id<'item'> | null> {
    for (const id of known) {
      try {
        await records.update(id, { said });
        return id;
      } catch (error) {
        // Another's record in a share, or one that another device has just removed.
        if (!isVaultError(error, 'access/not-allowed') && !isVaultError(error, 'usage/not-found'))
          throw error;
      }
    }
    return null;
  }

  #records(fact: FactName): RecordsAnywhere<Fact> {
    const kind = factKind(fact);
    const { collection } = this.#home;
    if (collection !== undefined && collection !== kind.collection)
      throw new VaultError('usage/invalid', { argument: 'section' });
    return this.#home.records(kind);
  }
}

async function removeIfThere(records: RecordsAnywhere<Fact>, id: Id<'item'>): Promise<void> {
  try {
    await records.remove(id);
  } catch (error) {
    if (!isVaultError(error, 'usage/not-found')) throw error;
  }
}
