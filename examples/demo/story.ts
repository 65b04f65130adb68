import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentCategory, Holder, Id } from 'coffret';
import type { ActorProcess } from './channel.js';
import { converse } from './conversation.js';
import { describe, makeScan, type Original } from './documents.js';
import { showJournal } from './journal.js';
import { createBar, megabytesPerSecond, print, seconds, short, size } from './print.js';
import { keepRecord, showClinical } from './record.js';
import type { Clinical } from './record-verbs.js';
import { inboxItems, inventory, uploads } from './server-view.js';
import type { Stage } from './stage.js';

/** A document in the vault, and what became of it. */
export interface Kept {
  readonly id: Id<'item'>;
  readonly original: Original;
  /** Made by the demo itself, not found in the directory. */
  readonly made: boolean;
  sha256Out: string | null;
  doctor: { shared: boolean; afterwards: boolean; withDisk: boolean };
}

export type Figures = Record<string, number>;

const SCAN_MEBIBYTES = 64;
const HOLDER: Holder = {
  birthName: 'Martel',
  givenNames: ['Alice'],
  birthDate: '1980-02-29',
  sex: 'female',
};

/** The whole story; what it returns is for the table and the JSON. */
export async function tell(stage: Stage, originals: readonly Original[]) {
  const { check, directory, dataDir, server } = stage;
  const figures: Figures = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    figures[name] = Math.round(performance.now() - start);
    return result;
  };

  print.heading('Three people, three processes, three stores; a server that was given no secret');
  const patient = stage.enter('patient');
  const doctor = stage.enter('doctor');
  const laboratory = stage.enter('laboratory');
  const people = { patient, doctor, laboratory };
  const kinds = { patient: 'patient', doctor: 'professional', laboratory: 'institution' } as const;
  const names = {
    patient: 'Alice Martel',
    doctor: 'Dr Camille Roussel',
    laboratory: 'Laboratoire des Quais',
  };
  const ids = {} as Record<keyof typeof people, Id<'person'>>;
  await timed('createPeopleMs', async () => {
    const made = Object.entries(people).map(async ([who, actor]) => {
      const part = who as keyof typeof people;
      const identity = { server: server.url, name: names[part], kind: kinds[part] };
      ids[part] = await actor.call('create', { ...stage.homeOf(part), ...identity });
    });
    await Promise.all(made);
  });
  await patient.call('found', HOLDER);
  print.line(
    `server ${server.url}; ${Object.keys(people).join(', ')} made in ${seconds(figures.createPeopleMs!)}`,
  );

  print.heading('The patient imports');
  const scanPath = join(directory, 'generated-chest-ct.dcm');
  await makeScan(scanPath, SCAN_MEBIBYTES);
  const files = [...originals, await describe(scanPath, 'generated-chest-ct.dcm')];
  const kept = await timed('importMs', () => importAll(patient, files, scanPath));
  figures.importBytes = files.reduce((sum, file) => sum + file.size, 0);
  figures.importMegabytesPerSecond = megabytesPerSecond(figures.importBytes, figures.importMs!);
  check(`${kept.length} of ${files.length} documents are in the vault`, kept.length === files.length);
  const words = await patient.call('words', { passphrase: stage.homeOf('patient').passphrase });
  print.line(`24 words are on paper: ${words.split(' ').slice(0, 3).join(' ')} …`);

  print.heading('The server dies in the middle of an upload');
  await uploadThroughCrash(stage, patient, figures);
  check(
    'everything arrived',
    (await patient.call('documents')).every(({ synced }) => synced),
  );

  print.heading('The doctor is given one category and one document');
  const { category, single } = chooseShares(kept);
  await Promise.all([doctor.call('sync'), laboratory.call('sync')]);
  const contact = await patient.call('learn', { card: await doctor.call('card') });
  await timed('shareMs', async () => {
    await patient.call('share', { with: contact.id, category });
    if (single !== null) await patient.call('share', { with: contact.id, document: single.id });
  });
  await patient.call('sync');
  const delivered = inboxItems(dataDir);
  await doctor.call('sync');
  const shared = await readShares(doctor, kept);
  for (const { kept: document } of shared) document.doctor.shared = true;
  const expected = kept.filter((document) => document === single || document.original.category === category);
  const given = `${category} (${expected.length - (single === null ? 0 : 1)}) and ${single?.original.name ?? 'no other'}`;
  const right = shared.every(({ kept: document, digest }) => digest === document.original.sha256);
  check(
    `the doctor reads ${given}, byte for byte`,
    right &&
      sameSet(
        shared.map((s) => s.kept),
        expected,
      ),
  );
  check(
    `the doctor reads none of the other ${kept.length - expected.length}`,
    shared.length === expected.length,
  );

  print.heading('The laboratory deposits a result');
  const result = join(directory, 'laboratory-result.txt');
  await writeFile(result, 'TSH 2,1 mUI/L (0,40 - 4,00), 12 June 2026. Back to normal.\n');
  const box = await patient.call('depositCard', { depositor: ids.laboratory });
  await patient.call('sync');
  const deposited = await describe(result, 'laboratory-result.txt');
  await laboratory.call('deposit', { ...deposited, card: box });
  await laboratory.call('sync');
  await patient.call('sync');
  const [deposit] = await patient.call('deposits');
  check('the deposit waits for the patient, with its sender', deposit?.from === ids.laboratory);
  const adopted = await patient.call('adopt', { id: deposit!.id });
  await patient.call('sync');
  check(
    'the patient takes it in, byte for byte',
    (await patient.call('digest', { id: adopted, version: 'last' })) === deposited.sha256,
  );
  kept.push(made(adopted, deposited));
  await laboratory.call('sync');
  const receipts = await laboratory.call('receipts');
  check('the laboratory has its signed receipt', receipts.length === 1 && receipts[0]!.bytes > 0);
  const labSees = (await laboratory.call('vaults')) + (await laboratory.call('shares')).length;
  check('the laboratory reads nothing', labSees === 0);

  const doctorId = ids.doctor;
  const spoken = await converse(stage, { patient, doctor }, { kept, adopted, doctorId });
  const record = await keepRecord(stage, people, { kept, category, doctorId });
  await showJournal(stage, people);
  const said = [...spoken, ...record.said];

  print.heading('The patient revokes, and goes on writing');
  await doctor.call('sync');
  for (const { kept: document } of await readShares(doctor, kept)) document.doctor.shared = true;
  const before = inventory(dataDir);
  const ended = await timed('revokeMs', () => patient.call('revoke', { from: ids.doctor }));
  const later = join(directory, 'after-the-revocation.txt');
  await writeFile(later, 'Written when the doctor was no longer to read: second opinion asked for.\n');
  const secret = { ...(await describe(later, 'after-the-revocation.txt')), category };
  kept.push(made(await patient.call('add', secret), secret));
  const revised = single ?? expected[0]!;
  const revision = join(directory, 'revised.txt');
  await writeFile(revision, `A new version of ${revised.original.name}, after the revocation.\n`);
  const { size: bytes } = await stat(revision);
  await patient.call('replace', { id: revised.id, path: revision, size: bytes });
  await patient.call('sync');
  await doctor.call('sync');
  const left = await doctor.call('shares');
  print.line(
    `${ended} accesses ended in ${seconds(figures.revokeMs!)}; one document and one new version were added`,
  );
  check(
    'the server serves the doctor nothing any more',
    left.length > 0 && left.every(({ status }) => status === 'refused'),
  );
  const still = await readShares(doctor, kept);
  for (const { kept: document } of still) document.doctor.afterwards = true;
  check(
    'the doctor sees nothing that was written since',
    still.every(({ kept: k, digest }) => k.original !== secret && digest === k.original.sha256),
  );

  return { patient, doctor, kept, words, said, before, delivered, figures, timed, revised, revision };
}

async function importAll(patient: ActorProcess, files: readonly Original[], scan: string): Promise<Kept[]> {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const bar = createBar('encrypting');
  const start = performance.now();
  const kept: Kept[] = [];
  const clinical: { name: string; clinical: Clinical }[] = [];
  let done = 0;
  for (const original of files) {
    patient.listen((event) => bar.at(done + event.done, total, original.name));
    const { sha256: _, ...file } = original;
    // A person has looked at whom each is about.
    const filed = await patient
      .call('file', { ...file, acknowledged: 'anyone' })
      .catch((error: Error & { code?: string }) => {
        // The file went away or changed under our hands: said, counted, and the others go on.
        if (!error.code?.startsWith('usage/file-')) throw error;
        bar.end(`not imported: ${short(original.name)}: ${error.message}`);
        return null;
      });
    if (filed === null) continue;
    const { id, category } = filed;
    if (filed.clinical !== null) clinical.push({ name: original.name, clinical: filed.clinical });
    kept.push({ ...made(id, { ...original, category }), made: original.path === scan });
    done += original.size;
    bar.end(`${size(original.size).padStart(9)}  ${category.padEnd(12)}  ${short(original.name)}`);
  }
  const ms = performance.now() - start;
  print.line(
    `${files.length} files, ${size(total)}, in ${seconds(ms)}: ${megabytesPerSecond(total, ms)} MB/s, each by itself encrypted and on disk`,
  );
  showClinical(clinical);
  return kept;
}

async function uploadThroughCrash(stage: Stage, patient: ActorProcess, figures: Figures): Promise<void> {
  const { check, dataDir } = stage;
  const large = SCAN_MEBIBYTES * 2 ** 20;
  const bar = createBar('uploading ');
  const story = {
    killed: null as Promise<void> | null,
    confirmed: 0,
    resumed: null as number | null,
    up: true,
  };
  const start = performance.now();
  const killed = new Promise<void>((resolve) => {
    patient.listen((event) => {
      if (event.phase !== 'blob' || event.total < large) return;
      bar.at(event.done, event.total, 'the large file');
      if (story.killed === null) story.confirmed = event.done;
      else if (story.up) story.resumed ??= event.done;
      if (story.killed !== null || event.done < event.total * 0.4) return;
      story.up = false;
      story.killed = stage.server.kill('SIGKILL');
      void story.killed.then(resolve);
    });
  });
  const first = patient.call('sync').then(({ pending, failed }) => ({ pending, failed }), String);
  await Promise.race([killed, first]);
  const [upload = { bytes: 0, offset: 0 }] = uploads(dataDir, large);
  const middle = story.killed !== null && upload.offset > 0 && upload.offset < upload.bytes;
  bar.end(`killed with SIGKILL; on its disk: ${size(upload.offset)} of ${size(upload.bytes)}`);
  check('the server was killed in the middle of the large file', middle);
  check('what it had confirmed is on its disk', upload.offset >= story.confirmed);
  story.up = true;
  if (story.killed !== null) await stage.startServer();
  let outcome = await first;
  const isComplete = () =>
    typeof outcome === 'object' && outcome.pending === 0 && outcome.failed.length === 0;
  for (let attempt = 0; !isComplete() && attempt < 5; attempt++) {
    print.line(`the patient's sync says: ${typeof outcome === 'string' ? outcome : JSON.stringify(outcome)}`);
    outcome = await patient.call('sync').then(({ pending, failed }) => ({ pending, failed }), String);
  }
  bar.end(`started again on the same port and data; went on from ${size(story.resumed ?? 0)}`);
  check('the upload went on where it had stopped', story.resumed !== null && story.resumed === upload.offset);
  const [finished] = uploads(dataDir, large);
  check('the large file is whole on the server', isComplete() && finished?.offset === finished?.bytes);
  figures.uploadWithCrashMs = Math.round(performance.now() - start);
}

/** Everything that the doctor's process can read, read to the end. */
async function readShares(doctor: ActorProcess, kept: readonly Kept[]) {
  const read: { kept: Kept; digest: string }[] = [];
  for (const { grant, documents } of await doctor.call('shares')) {
    for (const { id, name } of documents) {
      // A link has an id of its own; a document of a shared category keeps its own.
      const found = kept.find((own) => own.id === id) ?? kept.find((own) => own.original.name === name);
      const digest = await doctor.call('sharedDigest', { grant, id });
      if (found === undefined) throw new Error(`the doctor reads ${name}, which nobody added`);
      read.push({ kept: found, digest });
    }
  }
  return read;
}

/** The category with the most documents, and one document outside it. */
function chooseShares(kept: readonly Kept[]): {
  readonly category: DocumentCategory;
  readonly single: Kept | null;
} {
  const counts = new Map<DocumentCategory, number>();
  for (const { original } of kept) counts.set(original.category, (counts.get(original.category) ?? 0) + 1);
  const preferred = (name: string) => (name === 'laboratory' ? 1 : 0);
  const [category] = [...counts].sort(([a, ofA], [b, ofB]) => ofB - ofA || preferred(b) - preferred(a))[0]!;
  const others = kept.filter(({ original }) => original.category !== category);
  const single =
    others.find(({ original }) => original.category === 'report') ?? others.find((other) => !other.made);
  return { category, single: single ?? others[0] ?? null };
}

/** A document that the demo made. */
export function made(id: Id<'item'>, original: Original): Kept {
  return {
    id,
    original,
    made: true,
    sha256Out: null,
    doctor: { shared: false, afterwards: false, withDisk: false },
  };
}

function sameSet<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
