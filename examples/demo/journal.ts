import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ActorProcess } from './channel.js';
import { print } from './print.js';
import type { Stage } from './stage.js';

const COFFRET = fileURLToPath(new URL('cli/coffret.js', import.meta.resolve('coffret')));
const ROWS_MAX = 8;

/** Who could read, who says they read, and what the server says it delivered: three lists, and one file of all. */
export async function showJournal(
  { check, directory }: Stage,
  { patient, doctor }: { readonly patient: ActorProcess; readonly doctor: ActorProcess },
): Promise<void> {
  await doctor.call('acknowledgeReads');
  const [share] = (await doctor.call('shares')).filter(({ documents }) => documents.length > 0);
  const [document] = share?.documents ?? [];
  if (share !== undefined && document !== undefined)
    await doctor.call('sharedDigest', { grant: share.grant, id: document.id });
  await doctor.call('sync');
  await patient.call('sync');

  print.heading('The journal: three lists, each as true as its source');
  const path = join(directory, 'journal.coffret');
  const journal = await patient.call('journal', { path });
  for (const [name, lines] of Object.entries(journal)) {
    print.line(`${name}: ${lines.length}`);
    print.table(lines.slice(-ROWS_MAX).map((line) => ['', ...line]));
  }
  check(
    'the doctor is in all three: could read, says so, was served',
    Object.values(journal).every((lines) => lines.some(([who]) => who === 'Dr Camille Roussel')),
  );
  const verified = await promisify(execFile)(process.execPath, [COFFRET, 'verify-journal', path]).then(
    ({ stdout }) => stdout,
    () => null,
  );
  check('`coffret verify-journal` checks the exported file without the vault', verified !== null);
}
