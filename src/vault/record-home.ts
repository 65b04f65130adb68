import type { Id } from '../formats/id.js';
import type { Live } from '../live/live.js';
import type { RecordKind } from '../records/record-kind.js';
import type { RecordItem, RecordVersion } from './record-item.js';
import type { ReadOptions } from './document-files.js';
import type { SaveOptions } from './record-files.js';
import type { AddOptions, RecordChange, RecordFilter, RecordMember } from './records.js';

/** Now on this thread, later from a worker: `await` it. */
export type Given<T> = T | Promise<T>;

/** The records of a kind, wherever their vault is open; what `Records` and its counterpart in a worker have in common. */
export interface RecordsAnywhere<T extends object> {
  add(value: T, options?: AddOptions): Promise<RecordItem<T>>;
  addAll(values: readonly T[]): Promise<RecordItem<T>[]>;
  update(id: Id<'item'>, change: RecordChange<T> | ((value: T) => RecordChange<T>)): Promise<RecordItem<T>>;
  remove(id: Id<'item'>): Promise<void>;
  restore(id: Id<'item'>): Promise<RecordItem<T>>;
  erase(id: Id<'item'>): Promise<void>;
  get(id: Id<'item'>): Given<RecordItem<T> | null>;
  list(filter?: RecordFilter<T>): Given<RecordItem<T>[]>;
  history(id: Id<'item'>): Given<RecordVersion<T>[]>;
  read(id: Id<'item'>, file: Id<'blob'>, options?: ReadOptions): AsyncGenerator<Uint8Array>;
  blob(id: Id<'item'>, file: Id<'blob'>, options?: ReadOptions): Promise<Blob>;
  saveFile(id: Id<'item'>, file: Id<'blob'>, options: SaveOptions): Promise<Id<'item'>>;
  members(): Given<RecordMember[]>;
  liveMembers(): Live<readonly RecordMember[]>;
  live(filter?: RecordFilter<T>): Live<readonly RecordItem<T>[]>;
  liveOne(id: Id<'item'>): Live<RecordItem<T> | null>;
}

/** What holds records: a vault or a share, on this thread or in a worker. All that a module needs to keep its own. */
export interface RecordHome {
  records<T extends object>(kind: RecordKind<T>, collection?: string): RecordsAnywhere<T>;
}
