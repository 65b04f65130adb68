import type { Id } from '../formats/id.js';
import type { Live } from '../live/live.js';
import type { RecordKind } from '../records/record-kind.js';
import type { RecordItem, RecordVersion } from './record-item.js';
import type { RecordChange, RecordFilter } from './records.js';

/** Now on this thread, later from a worker: `await` it. */
type Given<T> = T | Promise<T>;

/** The records of a kind, wherever their vault is open; what `Records` and its counterpart in a worker have in common. */
export interface RecordsAnywhere<T extends object> {
  add(value: T): Promise<RecordItem<T>>;
  addAll(values: readonly T[]): Promise<RecordItem<T>[]>;
  update(id: Id<'item'>, change: RecordChange<T> | ((value: T) => RecordChange<T>)): Promise<RecordItem<T>>;
  remove(id: Id<'item'>): Promise<void>;
  restore(id: Id<'item'>): Promise<RecordItem<T>>;
  erase(id: Id<'item'>): Promise<void>;
  get(id: Id<'item'>): Given<RecordItem<T> | null>;
  list(filter?: RecordFilter<T>): Given<RecordItem<T>[]>;
  history(id: Id<'item'>): Given<RecordVersion<T>[]>;
  live(filter?: RecordFilter<T>): Live<readonly RecordItem<T>[]>;
  liveOne(id: Id<'item'>): Live<RecordItem<T> | null>;
}

/** What holds records: a vault or a share, on this thread or in a worker. All that a module needs to keep its own. */
export interface RecordHome {
  records<T extends object>(kind: RecordKind<T>): RecordsAnywhere<T>;
}
