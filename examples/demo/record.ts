import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DocumentCategory, Id } from 'coffret';
import type { ActorProcess } from './channel.js';
import { describe } from './documents.js';
import { print, short } from './print.js';
import type { Clinical, Seen } from './record-verbs.js';
import type { Stage } from './stage.js';
import { type Kept, made } from './story.js';

const OWN_CDA = new URL('../examples/data/2026-03-12-laboratory-thyroid.xml', import.meta.resolve('coffret'));
const CARER = 'Karim Haddad';
const SECRET = 'Not for Dr Roussel.txt';
const ROWS_MAX = 12;

/** What the clinical documents of the directory say of themselves. */
export function showClinical(filed: readonly { readonly name: string; readonly clinical: Clinical }[]): void {
  if (filed.length === 0) return;
  print.heading('What clinical documents say of themselves, read on the device');
  const rows = filed.map(({ name, clinical: { title, day, author, about, found } }) => [
    ...[short(name), short(title), day, short(author), about, found],
  ]);
  print.table([['file', 'title', 'day', 'author', 'this patient?', 'in it'], ...rows]);
}

interface Cast {
  readonly patient: ActorProcess;
  readonly doctor: ActorProcess;
  readonly laboratory: ActorProcess;
}

/**
 * A document of someone else, masks, a carer, a search, and what is on record about it.
 *
 * Gives back the carer, and what was said, so that the server's disk can be searched for it.
 */
export async function keepRecord(
  stage: Stage,
  cast: Cast,
  options: {
    readonly kept: Kept[];
    readonly category: DocumentCategory;
    readonly doctorId: Id<'person'>;
  },
): Promise<{ readonly carer: ActorProcess; readonly said: readonly string[] }> {
  const { check, directory } = stage;
  const { patient } = cast;
  print.heading('A document about someone else is not filed by mistake');
  const path = join(directory, 'someone-else.xml');
  const text = await readFile(fileURLToPath(OWN_CDA), 'utf8');
  await writeFile(path, text.replace('>Martel<', '>Vasseur<').replace('19800229', '19770502'));
  const before = (await patient.call('documents')).length;
  const refused = await patient.call('file', await describe(path, 'someone-else.xml')).then(
    () => null,
    (error: Error & { code?: string }) => error,
  );
  print.line(refused?.message ?? 'it was filed');
  check(
    'it is refused until someone has looked at it, and nothing is kept of it',
    refused?.code === 'usage/wrong-holder' && (await patient.call('documents')).length === before,
  );

  const { carer, said } = await maskFromSome(stage, cast, options);

  print.heading('A search on the device');
  const [wanted] = options.kept;
  const word = /\p{L}{4,}/u.exec((await titleOf(patient, wanted?.id)) ?? '')?.[0] ?? '';
  const { hits, total } = await patient.call('find', { text: word });
  print.line(`“${word}”: ${total} found`);
  for (const hit of hits.slice(0, ROWS_MAX)) print.line(`${short(hit.title)}  ${short(hit.text.trim())}`);
  check(
    'what is looked for is found',
    hits.some(({ id }) => id === wanted?.id),
  );
  return { carer, said };
}

/** One of two readers is kept from a document; then all professionals are kept from another. */
async function maskFromSome(
  stage: Stage,
  { patient, doctor, laboratory }: Cast,
  { kept, category, doctorId }: { kept: Kept[]; category: DocumentCategory; doctorId: Id<'person'> },
) {
  const { check, directory, server } = stage;
  print.heading('A carer reads what the doctor reads, but for what is masked');
  const carer = stage.enter('carer');
  const identity = { server: server.url, name: CARER, kind: 'patient' } as const;
  const carerId = await carer.call('create', { ...stage.homeOf('carer'), ...identity });
  await carer.call('sync');
  await patient.call('learn', { card: await carer.call('card') });
  await patient.call('share', { with: carerId, category });
  const path = join(directory, 'masked.txt');
  await writeFile(path, 'A second opinion was asked for, in another town.\n');
  const secret = { ...(await describe(path, SECRET)), category };
  const secretId = await patient.call('add', { ...secret, mask: { from: [doctorId] } });
  const other = kept.find(({ original }) => original.category === category);
  const names = [secret.name, other?.original.name ?? ''];
  const everyone = { patient, doctor, carer, laboratory };
  const show = async (when: string) => {
    for (const who of [patient, doctor, carer, laboratory]) await who.call('sync');
    const seen = await Promise.all(Object.values(everyone).map((who) => who.call('seen')));
    return { when, seen };
  };
  const moments = [await show('masked from the doctor when it was added')];
  if (other !== undefined) await patient.call('mask', { id: other.id, from: 'professionals' });
  moments.push(await show('another one masked from all professionals, later'));
  if (other !== undefined) await patient.call('unmask', { id: other.id });
  moments.push(await show('that one is not masked any more'));
  const lists = (seen: readonly Seen[] | undefined, name: string) =>
    seen?.some((document) => document.name === name) === true;
  const rows = moments.flatMap(({ when, seen }) =>
    names.map((name) => [...[when, short(name)], ...seen.map((list) => (lists(list, name) ? 'lists' : '-'))]),
  );
  print.table([['', 'what the process lists', ...Object.keys(everyone)], ...rows]);
  const doctorSees = moments.map(({ seen }) => names.map((name) => lists(seen[1], name)));
  const carerSees = moments.map(({ seen }) => names.map((name) => lists(seen[2], name)));
  check(
    'the doctor is kept from each while it is masked, and from nothing else',
    JSON.stringify(doctorSees) === '[[false,true],[false,false],[false,true]]',
  );
  check('the carer reads all of it, all the time', carerSees.flat().every(Boolean));
  kept.push(made(secretId, secret));
  return { carer, said: [CARER, SECRET] };
}

async function titleOf(patient: ActorProcess, id: Id<'item'> | undefined): Promise<string | null> {
  const documents = await patient.call('documents');
  return documents.find((document) => document.id === id)?.title ?? null;
}
