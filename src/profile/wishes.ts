import { VaultError } from '../errors.js';
import type { Id } from '../formats/id.js';
import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import type { RecordsAnywhere } from '../vault/record-home.js';
import type { RecordItem } from '../vault/record-item.js';
import type { RecordMember } from '../vault/records.js';
import type { CodeOf } from './code-list.js';
import { isDay } from './partial-date.js';
import {
  isShare,
  type ProfileHome,
  type Provenance,
  provenanceOf,
  sourceToWrite,
  type WriteOptions,
} from './source.js';
import { checkWish, WISH, type Wish, type WishSubject } from './wish.js';

/** A version of the advance directives or of the wish about organ donation, as shown. */
export interface WishVersion {
  readonly id: Id<'item'>;
  readonly subject: WishSubject;
  readonly action: CodeOf<'wish'>;
  /** The day of the version, `YYYY-MM-DD`. */
  readonly date: string;
  readonly text: string | null;
  /** For organ donation, unless withdrawn. */
  readonly choice: CodeOf<'donation-choice'> | null;
  /** The paper, as a document of the vault. */
  readonly document: Id<'item'> | null;
  /** The version that came after it, or null for the last one. */
  readonly supersededBy: Id<'item'> | null;
  /** The day of that version. */
  readonly supersededOn: string | null;
  /** Whether another version was written at the same time, by someone who had not seen this one. */
  readonly concurrent: boolean;
  /**
   * Whether someone who was only let in wrote it, past this module: it is shown, and neither in force nor superseding. Who
   * owns the vault, its log says to everyone.
   */
  readonly foreign: boolean;
  readonly provenance: Provenance;
}

/** A version as callers give it. */
export interface WishInput {
  /** The day on which it was written, `YYYY-MM-DD`: what the versions are ordered by. */
  readonly date: string;
  /** At most 50 000 characters. Directives need a text or a document. */
  readonly text?: string | undefined;
  readonly document?: Id<'item'> | undefined;
}

/**
 * Wishes in dated versions: a new one supersedes the one before, which stays readable, and so does a withdrawal.
 *
 * Nothing here changes or removes a version.
 */
export class Wishes<Input extends WishInput> {
  readonly #home: ProfileHome;
  readonly #subject: WishSubject;
  readonly #lives: LiveCache;

  /** @internal */
  constructor(home: ProfileHome, subject: WishSubject, lives: LiveCache) {
    this.#home = home;
    this.#subject = subject;
    this.#lives = lives;
  }

  /**
   * Adds a version.
   *
   * Throws `usage/invalid`; with `reason: 'minor'` for directives dated before the holder's eighteenth birthday (CSP
   * L1111-11), where the vault knows the birth date; where it does not, nobody is refused. Throws `access/not-allowed` in
   * what was shared: nobody else writes these.
   */
  async write(input: Input, options: WriteOptions = {}): Promise<WishVersion> {
    const { birthDate } = this.#home.holder ?? {};
    if (this.#subject === 'directives' && birthDate !== undefined && isMinor(birthDate, input.date))
      throw new VaultError('usage/invalid', { argument: 'date', reason: 'minor' });
    return this.#add({ ...input, action: 'written' }, options);
  }

  /** Withdraws what is in force; that is a version too. Throws `usage/not-found` when nothing is in force. */
  async withdraw(
    input: { readonly date: string; readonly text?: string | undefined },
    options: WriteOptions = {},
  ): Promise<WishVersion> {
    if ((await this.current()) === null) throw new VaultError('usage/not-found');
    return this.#add({ date: input.date, text: input.text, action: 'withdrawn' }, options);
  }

  /** The version in force; null when there is none, or the last one is a withdrawal. */
  async current(): Promise<WishVersion | null> {
    return inForce(await this.versions());
  }

  /** Every version, the last one first: by its day, of one day by when it was written down. */
  async versions(): Promise<WishVersion[]> {
    const items = await this.#records.list({ where: { subject: this.#subject } });
    return versionsOf(items, ownersAmong(await this.#records.members()));
  }

  /** As `current`, and all that follows. */
  live(): Live<WishVersion | null> {
    return this.#lives.get(`wish ${this.#subject}`, () => deriveLive([this.liveVersions()], inForce));
  }

  /** As `versions`, and all that follows. */
  liveVersions(): Live<readonly WishVersion[]> {
    return this.#lives.get(`wishes ${this.#subject}`, () =>
      deriveLive(
        [this.#records.live({ where: { subject: this.#subject } }), this.#records.liveMembers()],
        (items, members) => Object.freeze(versionsOf(items, ownersAmong(members))),
      ),
    );
  }

  async #add(value: object, options: WriteOptions): Promise<WishVersion> {
    if (isShare(this.#home)) throw new VaultError('access/not-allowed');
    const source = sourceToWrite(this.#home, options.source);
    const written = (await this.versions()).toSorted(
      (a, b) => b.provenance.recorded - a.provenance.recorded || order(b.id, a.id),
    );
    const supersedes = written[0]?.id ?? null;
    const { id } = await this.#records.add(
      checkWish({ ...value, subject: this.#subject, supersedes, source }),
    );
    return (await this.versions()).find((version) => version.id === id) as WishVersion;
  }

  get #records(): RecordsAnywhere<Wish> {
    const { collection } = this.#home;
    if (collection !== undefined && collection !== WISH.collection)
      throw new VaultError('usage/invalid', { argument: 'section' });
    return this.#home.records(WISH);
  }
}

/** Whether someone was under eighteen on a day; both `YYYY-MM-DD`, of which nothing else is taken for a date. @internal */
export function isMinor(birthDate: string, on: string): boolean {
  if (!isDay(birthDate) || !isDay(on)) return false;
  const year = String(Number(birthDate.slice(0, 4)) + 18).padStart(4, '0');
  return on < `${year}${birthDate.slice(4)}`;
}

/** @internal */
export function inForce(versions: readonly WishVersion[]): WishVersion | null {
  const last = versions.find(({ foreign }) => !foreign);
  return last?.action === 'written' ? last : null;
}

function ownersAmong(members: readonly RecordMember[]): ReadonlySet<Id<'person'>> {
  return new Set(members.filter(({ role }) => role === 'owner').map(({ person }) => person));
}

/** The versions among records, the last one first; those of others than owners are foreign. @internal */
export function versionsOf(
  items: readonly RecordItem<Wish>[],
  owners: ReadonlySet<Id<'person'>>,
): WishVersion[] {
  const isForeign = ({ author }: RecordItem<Wish>) => !owners.has(author);
  const ordered = items.toSorted(
    (a, b) => order(b.value.date, a.value.date) || b.created - a.created || order(b.id, a.id),
  );
  const followed = new Map<string | null, number>();
  for (const { value } of items) followed.set(value.supersedes, (followed.get(value.supersedes) ?? 0) + 1);
  let next: RecordItem<Wish> | null = null;
  return ordered.map((item) => {
    const { subject, action, date, text, choice, document, supersedes, source } = item.value;
    const foreign = isForeign(item);
    const version = Object.freeze({
      ...{ id: item.id, subject, action, date, text: text ?? null, choice: choice ?? null },
      ...{
        document: document ?? null,
        supersededBy: next?.id ?? null,
        supersededOn: next?.value.date ?? null,
      },
      ...{ concurrent: (followed.get(supersedes) ?? 0) > 1, foreign },
      provenance: Object.freeze(provenanceOf(item, source)),
    });
    if (!foreign) next = item;
    return version;
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
