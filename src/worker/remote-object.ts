/** The types of what a page holds: the core's own, seen through a worker. */

import type { Live } from '../live/live.js';
import type { RecordKind } from '../records/record-kind.js';
import type { Search } from '../search/index.js';
import type { DepositBox } from '../vault/deposit-box.js';
import type { Documents } from '../vault/documents.js';
import type { Journal } from '../vault/journal.js';
import type { Passkeys } from '../vault/passkeys.js';
import type { People } from '../vault/people.js';
import type { Person } from '../vault/person.js';
import type { ReceivedShare } from '../vault/received.js';
import type { Records } from '../vault/records.js';
import type { Vault } from '../vault/vault.js';

/** The classes of the core whose objects stay in the worker. */
export type StaysInWorker =
  | Person
  | People
  | Passkeys
  | Vault
  | Documents
  | DepositBox
  | Journal
  | ReceivedShare;

/**
 * An object of the core that lives in a worker, as a page has it: the same members under the same names.
 *
 * Every method gives a promise, but for those that give a `Live`, a stream of bytes or the records of a kind: they do so
 * at once. Data such as `id`, `holder` or `status` is plain and as it was when the object came; `liveVaults` and
 * `liveShares` bring another object when it changes. After `lock` and once the worker has ended, everything rejects with
 * `access/locked`.
 */
export type InWorker<T> = {
  readonly [Name in Exclude<keyof T, 'toJSON' | 'records'>]: MemberInWorker<T[Name]>;
} & (T extends { records(kind: never): unknown } ? HasRecordsInWorker : unknown) &
  (T extends Vault | ReceivedShare ? HasSearchInWorker : unknown);

/** What holds records, as a page has it. */
export interface HasRecordsInWorker {
  /** As of the core; the worker's program has to know the kind, see `serveVault`. */
  records<R extends object>(kind: RecordKind<R>, collection?: string): RecordsInWorker<R>;
}

/** What can be searched, as a page has it. */
export interface HasSearchInWorker {
  /** As `searchOf` of the core; what is found beside this package's own kinds and files, `serveVault` is told. */
  readonly search: SearchInWorker;
}

/** The search of a vault, as a page has it. */
export type SearchInWorker = Omit<InWorker<Search>, 'registerRecords' | 'registerFiles' | 'size'> & {
  readonly size: Promise<number>;
};

/** The records of a kind, as a page has them. */
export type RecordsInWorker<R extends object> = Omit<InWorker<Records<R>>, 'kind' | 'damaged'> & {
  readonly kind: RecordKind<R>;
  readonly damaged: Promise<number>;
};

/** A member of a class of the core, as a page has it. */
export type MemberInWorker<M> = M extends (...args: infer Args) => infer Result
  ? Result extends AsyncGenerator<infer Piece>
    ? (...args: Args) => AsyncGenerator<Piece, void, undefined>
    : Result extends Live<infer Value>
      ? (...args: Args) => Live<FromWorker<Value>>
      : (...args: Args) => Promise<FromWorker<Awaited<Result>>>
  : FromWorker<M>;

/** What a method gives, as it comes out of the worker: plain data as it is, objects with a life as `InWorker`. */
export type FromWorker<V> = V extends StaysInWorker
  ? InWorker<V>
  : V extends StaysInWorker[]
    ? InWorker<V[number]>[]
    : V extends readonly StaysInWorker[]
      ? readonly InWorker<V[number]>[]
      : V extends (...args: infer Args) => unknown
        ? (...args: Args) => Promise<void>
        : V;
