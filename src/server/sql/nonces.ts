import Database from 'libsql';

const SWEEP_EVERY = 1000;

/** Remembers the nonces of requests for as long as their clock window is open. */
export interface Nonces {
  /** False when this key has used the nonce before. Times are seconds since 1970. */
  remember(request: {
    readonly key: Uint8Array;
    readonly nonce: string;
    readonly forgetAt: number;
    readonly now: number;
  }): boolean;
  close(): void;
}

/**
 * Opens the nonces in a file of their own.
 *
 * They outlive a crash of the process, so that a request caught before a restart has no second life after it. They do
 * not wait for the disk: a power cut lasts longer than the last few of them are worth.
 */
export function openNonces(options: { readonly path: string }): Nonces {
  const database = new Database(options.path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('busy_timeout = 5000');
  database.exec(
    'create table if not exists nonces (key blob not null, nonce text not null, forget_at integer not null, primary key (key, nonce)) without rowid',
  );
  database.exec('create index if not exists nonces_by_time on nonces (forget_at)');
  const insert = database.prepare('insert or ignore into nonces values (?, ?, ?)');
  const sweep = database.prepare('delete from nonces where forget_at < ?');
  let untilSweep = 0;
  return {
    remember({ key, nonce, forgetAt, now }) {
      if (untilSweep-- <= 0) {
        sweep.run([now]);
        untilSweep = SWEEP_EVERY;
      }
      return insert.run([key, nonce, forgetAt]).changes === 1;
    },
    close() {
      database.close();
    },
  };
}
