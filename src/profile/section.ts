import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import { isSameList, type Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import type { RecordsAnywhere } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import type { RecordChange } from '../vault/records.js';
import { contentOf, type Entry, type EntryVersion, entryOf } from './entry.js';
import { isSameEntry, keysOf, type SectionKind, type Stored } from './section-kind.js';
import type { SectionName } from './section-name.js';
import { type DocumentPlace, type ProfileHome, sourceToWrite, type WriteOptions } from './source.js';

/** What is written over an entry: a field left out stays, one that is `undefined` goes. */
export type EntryChange<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/**
 * The entries of one section of the profile.
 *
 * What is written is on disk when the promise resolves. Throws `usage/invalid` with the field that is wrong,
 * `usage/not-found`, `access/not-allowed` to who may only read, and for a contributor on what others wrote.
 */
export class Section<T extends object, Input = T> {
  readonly name: SectionName;
  readonly #home: ProfileHome;
  readonly #spec: SectionKind<T, Input>;
  readonly #lives: LiveCache;
  readonly #shown = new WeakMap<RecordItem<Stored<T>>, Entry<T>>();

  /** @internal */
  constructor(home: ProfileHome, spec: SectionKind<T, Input>, lives: LiveCache) {
    this.name = spec.section;
    this.#home = home;
    this.#spec = spec;
    this.#lives = lives;
  }

  /** Adds an entry. */
  async add(input: Input, options: WriteOptions = {}): Promise<Entry<T>> {
    const [added] = await this.addAll([input], options);
    return added as Entry<T>;
  }

  /** Adds entries of one source; none when one of them is wrong. */
  async addAll(inputs: readonly Input[], options: WriteOptions = {}): Promise<Entry<T>[]> {
    const source = sourceToWrite(this.#home, options.source);
    const values = inputs.map((input) => ({ ...this.#spec.check(input), source }));
    return (await this.#records.addAll(values)).map(this.#entryOf);
  }

  /** Changes fields of an entry; who writes becomes its author, a document it was taken from stays its source. */
  async update(id: Id<'item'>, change: EntryChange<T>, options: WriteOptions = {}): Promise<Entry<T>> {
    const item = await this.#records.update(id, (before) => {
      const source = sourceToWrite(this.#home, options.source, before.source);
      const verified = this.#spec.verify({ ...contentOf(before), ...change });
      const changed = Object.keys(change).map((field) => [field, verified[field as keyof T]]);
      return { ...Object.fromEntries(changed), source } as RecordChange<Stored<T>>;
    });
    return this.#entryOf(item);
  }

  /** Removes an entry from view, for everyone it is shared with; `restore` brings it back. */
  async remove(id: Id<'item'>): Promise<void> {
    await this.#records.remove(id);
  }

  /** Brings back a removed entry as it was. Throws `usage/not-found` when it was not removed. */
  async restore(id: Id<'item'>): Promise<Entry<T>> {
    return this.#entryOf(await this.#records.restore(id));
  }

  /**
   * Ends a conflict: `take` is the `version` of the one to keep, or `shown` to keep what is shown.
   *
   * Of a removal against a change, taking the removal removes the entry. Throws `usage/not-found` when there is no such
   * conflict (any more).
   */
  async settle(
    id: Id<'item'>,
    choice: { readonly field: string | null; readonly take: Id<'change'> | 'shown' },
  ): Promise<void> {
    const entry = await this.get(id);
    const { field, take } = choice;
    const open = entry?.conflicts.filter((conflict) => conflict.field === field) ?? [];
    const taken = open.find(({ version }) => version === take);
    if (entry === null || open.length === 0 || (taken === undefined && take !== 'shown'))
      throw new VaultError('usage/not-found', { id });
    if (field === null) {
      if (taken === undefined) await this.update(id, {});
      else await this.remove(id);
      return;
    }
    const value = taken === undefined ? entry.value[field as keyof T] : (taken.value as T[keyof T]);
    await this.update(id, { [field]: value } as EntryChange<T>);
  }

  /** One entry, or `null` when there is none (any more). Throws `usage/invalid` for no id. */
  async get(id: Id<'item'>): Promise<Entry<T> | null> {
    const item = await this.#records.get(id);
    return item === null ? null : this.#entryOf(item);
  }

  /** The entries in force, newest first. */
  async list(): Promise<Entry<T>[]> {
    return (await this.#records.list()).map(this.#entryOf);
  }

  /** Every version of an entry, oldest first. Throws `usage/not-found`. */
  async history(id: Id<'item'>): Promise<EntryVersion<T>[]> {
    const versions = await this.#records.history(id);
    return versions.map(({ value, by, time, removed }) => {
      const source = value?.source;
      return {
        value: value === null ? null : contentOf(value),
        provenance:
          source === undefined
            ? null
            : { by: source.by, document: source.document ?? null, locator: source.locator ?? null },
        ...{ author: by, time, removed },
      };
    });
  }

  /** Entries that seem to say the same thing twice: one code or name, on one date; each group newest first. */
  async duplicates(): Promise<Entry<T>[][]> {
    const groups: Entry<T>[][] = [];
    const byKey = new Map<string, Entry<T>[][]>();
    for (const entry of await this.list()) {
      const keys = keysOf(this.#spec, entry.value);
      const near = keys.flatMap((key) => byKey.get(key) ?? []);
      const known = near.find(([first]) => first && isSameEntry(this.#spec, first.value, entry.value));
      if (known !== undefined) {
        known.push(entry);
        continue;
      }
      const group = [entry];
      groups.push(group);
      for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), group]);
    }
    return groups.filter((group) => group.length > 1);
  }

  /** As `list`, and every list that follows. */
  live(): Live<readonly Entry<T>[]> {
    return this.#lives.get(`list ${this.name}`, () =>
      deriveLive([this.#records.live()], (items) => Object.freeze(items.map(this.#entryOf)), isSameList),
    );
  }

  /** As `get`, and all that follows. Throws `usage/invalid` for no id. */
  liveOne(id: Id<'item'>): Live<Entry<T> | null> {
    const one = this.#records.liveOne(id);
    return this.#lives.get(`one ${this.name} ${id}`, () =>
      deriveLive([one], (item) => (item === null ? null : this.#entryOf(item))),
    );
  }

  /** As `add`, of content that is as it is kept. @internal */
  async addVerified(value: T, options: WriteOptions): Promise<Entry<T>> {
    const source = sourceToWrite(this.#home, options.source);
    return this.#entryOf(await this.#records.add({ ...this.#spec.verify(value), source }));
  }

  /** An entry that says the same as this content, or null. @internal */
  async findSame(value: T): Promise<Entry<T> | null> {
    return (await this.list()).find((entry) => isSameEntry(this.#spec, entry.value, value)) ?? null;
  }

  /** Adds to an entry what it does not say, and a document that says the same. @internal */
  async enrich(id: Id<'item'>, value: T, place: DocumentPlace): Promise<Entry<T>> {
    const item = await this.#records.update(id, (before) => {
      const content = contentOf(before);
      const missing = Object.entries(value).filter(([field]) => !Object.hasOwn(content, field));
      // What the document adds may contradict what is there, as an end before the start: then nothing is added.
      const added = this.#fits({ ...Object.fromEntries(missing), ...content }) ? missing : [];
      const also = [...(before.also ?? []).filter((known) => !isSamePlace(known, place)), place].slice(-20);
      const source = sourceToWrite(this.#home, undefined, before.source);
      return { ...Object.fromEntries(added), also, source } as RecordChange<Stored<T>>;
    });
    return this.#entryOf(item);
  }

  #fits(content: unknown): boolean {
    try {
      this.#spec.verify(content);
      return true;
    } catch {
      return false;
    }
  }

  get #records(): RecordsAnywhere<Stored<T>> {
    const { kind } = this.#spec;
    const { collection } = this.#home;
    if (collection !== undefined && collection !== kind.collection)
      throw new VaultError('usage/invalid', { argument: 'section' });
    return this.#home.records(kind);
  }

  readonly #entryOf = (item: RecordItem<Stored<T>>): Entry<T> => {
    const known = this.#shown.get(item);
    if (known !== undefined) return known;
    const entry = entryOf(this.name, item);
    this.#shown.set(item, entry);
    return entry;
  };
}

function isSamePlace(a: DocumentPlace, b: DocumentPlace): boolean {
  return a.document === b.document && a.locator === b.locator;
}
