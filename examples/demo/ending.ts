import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createBar, megabytesPerSecond, print, seconds, short, size } from './print.js';
import { columns, findOnServer, query, statedView } from './server-view.js';
import type { Stage } from './stage.js';
import type { Kept, tell } from './story.js';

type Told = Awaited<ReturnType<typeof tell>>;

const ROWS_MAX = 30;

/** The doctor's process gets the server's whole data directory. */
export async function tryEverything(stage: Stage, told: Told): Promise<void> {
  const { check, dataDir } = stage;
  const { doctor, kept, before, delivered, timed, figures } = told;
  print.heading("The doctor is handed the server's disk");
  await doctor.call('close');
  await stage.server.kill('SIGTERM');
  const home = stage.homeOf('doctor');
  const loot = await timed('attackMs', () => stage.attack({ home, dataDir, before, delivered }));
  figures.attackKeys = loot.keys;
  figures.attackAttempts = loot.attempts;
  const { bodies, envelopes, blobs } = loot;
  const of = ({ opened, tried }: { opened: number; tried: number }) => `${opened} of ${tried}`;
  print.line(`${loot.keys} keys, ${loot.attempts} attempts, ${seconds(figures.attackMs!)}`);
  print.table([
    ['what opened', 'from before the revocation', 'from after it'],
    ['op bodies by others', of(bodies.before), of(bodies.after)],
    ['envelopes', of(envelopes.before), of(envelopes.after)],
    ['files', of(blobs.before), of(blobs.after)],
  ]);
  const opened = new Set(loot.sha256);
  const given = kept.filter(({ doctor: { shared } }) => shared);
  // A file that is a copy of a shared one proves nothing.
  const copies = new Set(given.map(({ original }) => original.sha256));
  for (const { original, doctor: seen } of kept) {
    seen.withDisk = opened.has(original.sha256) && (seen.shared || !copies.has(original.sha256));
  }
  const works = given.length > 0 && given.every(({ doctor: { withDisk } }) => withDisk);
  check(
    'the attack works: with the old keys, all that was shared opens again',
    works && bodies.before.opened > 0,
  );
  check('the attack works: with the private key, an old grant opens', envelopes.before.opened > 0);
  check(
    'no op, envelope or file written after the revocation opens',
    noneOf(bodies.after) && noneOf(envelopes.after) && noneOf(blobs.after),
  );
  check('and there were some to try', bodies.after.tried > 0 && blobs.after.tried > 1);
  const beyond = kept.filter(({ doctor: { shared, withDisk } }) => withDisk && !shared);
  check('nothing opens that was not shared', loot.foreign === 0 && beyond.length === 0);
  await stage.startServer();
}

const noneOf = ({ opened }: { opened: number }) => opened === 0;

/** The patient's store is deleted and comes back from the 24 words. */
export async function recover(stage: Stage, told: Told): Promise<void> {
  const { check } = stage;
  const { patient, kept, words, timed, figures, revised, revision } = told;
  print.heading("The patient's device is lost");
  await patient.kill();
  const home = stage.homeOf('patient');
  await rm(home.directory, { recursive: true });
  const again = stage.enter('patient');
  await timed('recoverMs', () => again.call('recover', { ...home, server: stage.server.url, words }));
  const listed = await again.call('documents');
  print.line(
    `store deleted; 24 words, an empty directory and the server: back in ${seconds(figures.recoverMs!)}`,
  );
  check(`all ${kept.length} documents are listed again`, listed.length === kept.length);
  const bar = createBar('downloading');
  const total = kept.reduce((sum, { original }) => sum + original.size, 0);
  let done = 0;
  await timed('readBackMs', async () => {
    for (const document of kept) {
      const { id, original } = document;
      again.listen((event) => bar.at(done + event.done, total, original.name));
      document.sha256Out = await again.call('digest', { id, version: 'first' }).catch(() => null);
      done += original.size;
    }
  });
  figures.readBackMegabytesPerSecond = megabytesPerSecond(total, figures.readBackMs!);
  bar.end(
    `${size(total)} downloaded, checked and decrypted in ${seconds(figures.readBackMs!)}: ${figures.readBackMegabytesPerSecond} MB/s`,
  );
  check(
    'every document is what it was, byte for byte',
    kept.every((k) => k.sha256Out === k.original.sha256),
  );
  const newest = await again.call('digest', { id: revised.id, version: 'last' });
  const expected = createHash('sha256')
    .update(await readFile(revision))
    .digest('hex');
  check('a new version is the one shown, its first version kept', newest === expected);
}

/** Looks for names, words and contents in everything that the server wrote. */
export async function searchServer(stage: Stage, told: Told): Promise<void> {
  const { check, dataDir, journal } = stage;
  const needles = new Map<string, Buffer>();
  const add = (name: string, bytes: Buffer) => bytes.length >= 8 && needles.set(name, bytes);
  const names = ['Alice Martel', '1980-02-29', 'Roussel', 'Laboratoire des Quais'];
  for (const word of [...names, ...told.said, told.words]) add(word, Buffer.from(word));
  for (const who of ['patient', 'doctor', 'laboratory'])
    add(`passphrase of ${who}`, Buffer.from(stage.homeOf(who).passphrase));
  for (const { original } of told.kept) {
    add(original.name, Buffer.from(original.name));
    const content = await readFile(original.path);
    const middle = content.subarray(Math.floor(content.length / 2), Math.floor(content.length / 2) + 24);
    // A run of spaces or zeros proves nothing.
    if (new Set(middle).size >= 8) add(`the middle of ${original.name}`, middle);
  }
  const [person] = query(dataDir, 'select person from people');
  const known = new Map([['a public id', Buffer.from(person!.person as ArrayBuffer)]]);
  check(
    'a search of its disk and journal finds what is there',
    findOnServer([dataDir, journal], known).length === 1,
  );
  const found = findOnServer([dataDir, journal], needles);
  check(`and none of ${needles.size} names, titles, contents, passphrases or words`, found.length === 0);
  for (const name of found) print.line(`found on the server: ${name}`);
}

/** Who could read what, and all that the server has. */
export function showTables(stage: Stage, kept: readonly Kept[]): void {
  print.heading('Who could read what');
  const mark = (yes: boolean) => (yes ? 'reads' : '-');
  const rows = kept
    .slice(0, ROWS_MAX)
    .map(({ original, made, doctor, sha256Out }) => [
      short(original.name),
      'reads',
      mark(doctor.shared),
      doctor.afterwards || doctor.withDisk ? 'kept' : '-',
      made && original.name === 'laboratory-result.txt' ? 'wrote' : '-',
      '-',
      mark(sha256Out === original.sha256),
    ]);
  const head = ['document', 'patient', 'doctor', 'once revoked', 'laboratory', 'server', 'from 24 words'];
  print.table([head, ...rows]);
  if (kept.length > ROWS_MAX) print.line(`… and ${kept.length - ROWS_MAX} more`);
  print.line('kept: read while it was shared, so it may have been copied; no revocation takes that back.');

  print.heading('What the server has: every table, every column, one value of each');
  for (const { table, rows: count, fields } of columns(stage.dataDir)) {
    print.line(`${table}, ${count} ${count === 1 ? 'row' : 'rows'}`);
    print.line(`    ${fields.join(' · ')}`);
  }
  print.heading('The same in words, from PROTOCOL §8');
  print.table(statedView());
}
