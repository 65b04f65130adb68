import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerson } from 'coffret';
import { agendaOf, freeBusyOf, readIcs, statusLabel } from 'coffret/agenda';
import { listen, openServer } from 'coffret/server';
import { createMemoryStore } from 'coffret/store';

const opened = await openServer({ dataDir: await mkdtemp(join(tmpdir(), 'coffret-')), log: 'silent' });
const server = await listen(opened, { port: 0, host: '127.0.0.1' });
const passphrase = 'four words I remember';
const enter = (name: string, kind: 'patient' | 'professional' = 'patient') =>
  createPerson({ passphrase, store: createMemoryStore(), server: server.url, name, kind });
const alice = await enter('Alice');
const martin = await enter('Dr Martin', 'professional');
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
await martin.sync();

// #region agenda
const agenda = agendaOf(vault);
const physio = await agenda.add({
  title: 'Kinésithérapie',
  place: '12 rue des Lilas',
  when: {
    start: '2026-10-12T09:00',
    duration: 'PT45M',
    zone: 'Europe/Paris',
    rule: 'FREQ=WEEKLY;COUNT=6',
  },
  alarms: [{ trigger: '-P1D' }, { trigger: '-PT30M' }],
});
await agenda.updateOccurrence(physio.id, '2026-10-19T09:00:00', {
  when: { start: '2026-10-20T14:00', duration: 'PT45M', zone: 'Europe/Paris' },
});
await agenda.removeOccurrence(physio.id, '2026-11-02T09:00:00');

// Nine o'clock stays nine o'clock when the clocks go back, on 25 October.
const autumn = { from: Date.parse('2026-10-01'), to: Date.parse('2026-12-01'), zone: 'Europe/Paris' };
for (const { title, startsAt, start, status } of await agenda.upcoming(autumn))
  console.log(title, startsAt, new Date(start).toISOString(), statusLabel(status, 'fr'));
// #endregion

// #region reminder
// For the service worker: a moment, a tag and a neutral sentence; nothing of the appointment.
const next = await agenda.nextReminder(new Date('2026-10-01'));
console.log(next && new Date(next.at).toISOString(), next?.tag, next?.text.fr);
// #endregion

// #region calendar-files
const file = await agenda.exportIcs(autumn); // in clear: for another program
const { events, passedOver } = readIcs(file); // text or bytes, of any program; nothing is stored yet
for (const { action, event } of await agenda.previewImport({ events }))
  console.log(action, event.event.title);
console.log(passedOver.length, await agenda.importEvents({ events })); // the same again changes nothing
// #endregion

// #region free-busy
const doctor = await alice.people.add(martin.contactCard());
await agenda.publishFreeBusy(autumn); // spans of time, and nothing else
await vault.share({ with: doctor, collection: 'free-busy' });
await alice.sync();
await martin.sync();
for (const share of martin.sharedWithMe())
  if (share.collection === 'free-busy')
    console.log(
      await freeBusyOf(share).isFree({
        from: Date.parse('2026-10-12T07:00:00Z'),
        to: Date.parse('2026-10-12T07:30:00Z'),
      }),
    );
// #endregion

await alice.close();
await martin.close();
await server.close();
