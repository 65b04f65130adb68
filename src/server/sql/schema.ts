import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

/**
 * Every column the server keeps.
 *
 * All of it is visible to whoever runs the server, so `test/server-view.json` repeats the list and a test compares
 * them: a new column is a decision. Each table is keyed by person, vault or collection, so that it can be spread over
 * several machines.
 */
export interface Schema {
  people: { person: Uint8Array; length: number; inbox_cursor: number };
  identity_entries: { person: Uint8Array; position: number; entry: Uint8Array };
  slots: { person: Uint8Array; slot: Uint8Array; auth: Uint8Array; bytes: Uint8Array };
  vaults: { vault: Uint8Array; founder: Uint8Array; bytes: number; deposit_cursor: number };
  logs: { collection: Uint8Array; vault: Uint8Array; position: number; hash: Uint8Array; state: Uint8Array };
  members: { collection: Uint8Array; vault: Uint8Array; person: Uint8Array; role: 'owner' | 'writer' };
  readers: { collection: Uint8Array; vault: Uint8Array; person: Uint8Array };
  ops: {
    collection: Uint8Array;
    position: number;
    hash: Uint8Array;
    device: Uint8Array;
    incarnation: Uint8Array;
    seq: number;
    op: Uint8Array;
  };
  changes: { collection: Uint8Array; change: Uint8Array; position: number };
  blobs: {
    vault: Uint8Array;
    blob: Uint8Array;
    /** Who uploads it. */
    person: Uint8Array;
    /** The deposit ticket it came by, or null. */
    ticket: Uint8Array | null;
    bytes: number;
    /** How much of it is on disk for good. */
    offset: number;
    /** Since when nothing refers to it, in milliseconds; null while something does. */
    idle: number | null;
  };
  blob_references: { vault: Uint8Array; blob: Uint8Array; collection: Uint8Array; person: Uint8Array };
  tickets: {
    vault: Uint8Array;
    ticket: Uint8Array;
    depositor: Uint8Array | null;
    expires: number | null;
    bytes_max: number;
    count_max: number;
    bytes: number;
    count: number;
  };
  deposits: {
    vault: Uint8Array;
    deposit: Uint8Array;
    cursor: number;
    person: Uint8Array;
    time: number;
    bytes: Uint8Array;
  };
  deposit_blobs: { vault: Uint8Array; deposit: Uint8Array; blob: Uint8Array };
  /** From where the log of what was delivered of a vault is kept. */
  fetch_logs: { vault: Uint8Array; cut: number; cut_hash: Uint8Array; since: number };
  fetches: {
    vault: Uint8Array;
    position: number;
    hash: Uint8Array;
    person: Uint8Array;
    time: number;
    /** Stands for device, day and what was delivered, so that it is written down once. */
    delivered: Uint8Array;
    entry: Uint8Array;
  };
  inbox: { person: Uint8Array; cursor: number; sender: Uint8Array; message: Uint8Array; bytes: Uint8Array };
}

/** The steps from an empty database to `Schema`, in order; a released step is never edited. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001': {
    async up(db: Kysely<unknown>) {
      for (const statement of FIRST) await sql.raw(statement).execute(db);
    },
  },
  '0002': {
    async up(db: Kysely<unknown>) {
      for (const statement of FETCHES) await sql.raw(statement).execute(db);
    },
  },
};

const FIRST = [
  'create table people (person blob primary key, length integer not null, inbox_cursor integer not null)',
  'create table identity_entries (person blob not null, position integer not null, entry blob not null, primary key (person, position))',
  'create table slots (person blob not null, slot blob not null unique, auth blob not null, bytes blob not null, primary key (person, slot))',
  'create table vaults (vault blob primary key, founder blob not null, bytes integer not null, deposit_cursor integer not null)',
  'create index vaults_by_founder on vaults (founder)',
  'create table logs (collection blob primary key, vault blob not null, position integer not null, hash blob not null, state blob not null)',
  'create index logs_by_vault on logs (vault)',
  'create table members (collection blob not null, vault blob not null, person blob not null, role text not null, primary key (collection, person))',
  'create index members_by_vault on members (vault, person)',
  'create table readers (collection blob not null, vault blob not null, person blob not null, primary key (collection, person))',
  'create index readers_by_vault on readers (vault, person)',
  'create table ops (collection blob not null, position integer not null, hash blob not null, device blob not null, incarnation blob not null, seq integer not null, op blob not null, primary key (collection, position))',
  'create unique index ops_by_number on ops (collection, device, incarnation, seq)',
  'create table changes (collection blob not null, change blob not null, position integer not null, primary key (collection, change)) without rowid',
  'create table blobs (vault blob not null, blob blob not null, person blob not null, ticket blob, bytes integer not null, "offset" integer not null, idle integer, primary key (vault, blob))',
  'create index blobs_by_idle on blobs (idle)',
  'create index blobs_by_person on blobs (vault, person)',
  'create table blob_references (vault blob not null, blob blob not null, collection blob not null, person blob not null, primary key (vault, blob, collection)) without rowid',
  'create table tickets (vault blob not null, ticket blob not null, depositor blob, expires integer, bytes_max integer not null, count_max integer not null, bytes integer not null, count integer not null, primary key (vault, ticket))',
  'create table deposits (vault blob not null, deposit blob not null, cursor integer not null, person blob not null, time integer not null, bytes blob not null, primary key (vault, deposit))',
  'create unique index deposits_by_cursor on deposits (vault, cursor)',
  'create table deposit_blobs (vault blob not null, deposit blob not null, blob blob not null, primary key (vault, blob, deposit)) without rowid',
  'create table inbox (person blob not null, cursor integer not null, sender blob not null, message blob not null, bytes blob not null, primary key (person, cursor))',
  'create unique index inbox_by_message on inbox (person, message, sender)',
  'create index inbox_by_sender on inbox (person, sender)',
] as const;

const FETCHES = [
  'create table fetch_logs (vault blob primary key, cut integer not null, cut_hash blob not null, since integer not null)',
  'create table fetches (vault blob not null, position integer not null, hash blob not null, person blob not null, time integer not null, delivered blob not null, entry blob not null, primary key (vault, position)) without rowid',
  'create unique index fetches_by_delivered on fetches (vault, delivered)',
  'create index fetches_by_person on fetches (vault, person, time)',
] as const;
