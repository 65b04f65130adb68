import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENDA_EVENT, agendaOf, FREE_BUSY, freeBusyOf, readIcs } from '../../src/agenda/index.js';
import { parseId } from '../../src/formats/id.js';
import { decodeOp } from '../../src/formats/op.js';
import { codeOf } from '../support/code-of.js';
import { CanaryScan } from '../support/evil-canary.js';
import { requireSync, text } from '../support/evil-scene.js';
import { type EvilStage, openEvilStage } from '../support/evil-stage.js';
import { THUNDERBIRD } from '../support/ics-dialects.js';

const PARIS = 'Europe/Paris';
const at = (moment: string) => Date.parse(moment);
const year = { from: at('2026-01-01T00:00Z'), to: at('2027-01-01T00:00Z'), zone: PARIS };

/** All that an agenda could betray: what, where, with whom, when in any of its texts, how often, what reminds. */
const CANARIES = {
  title: 'Quintessential-Oncology-7731',
  'other title': 'Zanthoxylum-Injection-4410',
  note: 'note-canary-Philtrum',
  place: 'Villejuif-Pavillon-9982',
  practitioner: 'Dr-Xylophanes-cardiologist',
  participant: 'Participant-Wendigo',
  address: 'mailto:wendigo-canary@example.org',
  thread: 'thread-canary-Obelisk',
  start: '2026-06-12T09:37:00',
  end: '2026-06-12T10:41:00',
  'moved to': '2026-07-03T16:23:00',
  zone: PARIS,
  rule: 'FREQ=WEEKLY;COUNT=17;BYDAY=FR',
  alarm: '-PT4321M',
  'absolute alarm': '2026-06-10T05:43:00Z',
  'title of one occurrence': 'Occurrence-Canary-Vespertine',
  'name of the calendar': 'Mozilla.org/NONSGML',
  'imported title': 'Kinésithérapie',
  'imported identifier': '6f1c3c1e-1111-4e57',
} as const;

async function filesUnder(directory: string): Promise<Uint8Array[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFile(join(parentPath, name))),
  );
}

describe('A45 R28 an agenda and who runs the server', () => {
  let stage: EvilStage;
  beforeAll(async () => {
    stage = await openEvilStage('agenda');
  });
  afterAll(() => stage?.close());

  it('who runs it sees no title, place, time, person, rule or reminder; who may read free/busy sees spans', async () => {
    const alice = await stage.enter('alice');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.person.createVault({ holder: { birthName: 'Quintessence' } });
    const agenda = agendaOf(vault);
    await requireSync(martin.person);
    const doctor = await alice.person.people.add(martin.person.contactCard());
    const { id } = await agenda.add({
      title: CANARIES.title,
      note: CANARIES.note,
      place: CANARIES.place,
      practitioner: CANARIES.practitioner,
      when: { start: CANARIES.start, end: CANARIES.end, zone: CANARIES.zone, rule: CANARIES.rule },
      alarms: [{ trigger: CANARIES.alarm }, { at: CANARIES['absolute alarm'] }],
      participants: [
        { name: CANARIES.participant, role: 'chair', status: 'accepted', address: CANARIES.address },
      ],
      threads: [CANARIES.thread],
    });
    await agenda.updateOccurrence(id, '2026-06-19T09:37:00', {
      title: CANARIES['title of one occurrence'],
      when: { start: CANARIES['moved to'], zone: PARIS },
    });
    await agenda.add({
      type: 'reminder',
      title: CANARIES['other title'],
      when: { start: '2026-06-12T20:00' },
    });
    await agenda.importEvents(readIcs(THUNDERBIRD));
    const published = await agenda.publishFreeBusy(year);
    await vault.share({ with: doctor, collection: 'free-busy' });
    await requireSync(alice.person);
    await requireSync(martin.person);
    const reminder = await agenda.nextReminder(at('2026-06-01T00:00Z'), PARIS);

    const canaries = new CanaryScan();
    for (const [name, canary] of Object.entries(CANARIES)) canaries.add({ name, bytes: text(canary) });
    canaries.add({ name: 'the id of the event', bytes: parseId('item', id) });
    canaries.add({ name: 'the event, printed', bytes: text(id) });
    canaries.add({ name: 'the tag of the reminder', bytes: text(reminder?.tag ?? '') });
    canaries.add({ name: 'the kind', bytes: text(AGENDA_EVENT.kind) });
    canaries.add({ name: 'the kind of free/busy', bytes: text(FREE_BUSY.kind) });
    canaries.add({ name: 'the collection', bytes: text('free-busy') });
    expect(canaries.size).toBe(Object.keys(CANARIES).length + 6);
    // The scan finds what it looks for: it is all there where it was typed.
    const typed = text(JSON.stringify((await agenda.list()).map(({ value }) => value)));
    expect(canaries.leaksIn(typed).length).toBeGreaterThanOrEqual(Object.keys(CANARIES).length);

    const held = await filesUnder(stage.dataDir);
    expect(held.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(10_000);
    expect(stage.wire.length).toBeGreaterThan(10);
    for (const bytes of [...held, ...stage.wire, text(stage.server.journal())])
      expect(canaries.leaksIn(bytes)).toEqual([]);

    // The doctor reads spans, and reaches nothing of the rest.
    const shares = martin.person.sharedWithMe();
    expect(shares.map(({ collection, role }) => [collection, role])).toEqual([['free-busy', 'reader']]);
    const [share] = shares;
    if (share === undefined) throw new Error('nothing was shared');
    const read = await freeBusyOf(share).get();
    expect(read).toEqual(published);
    expect(Object.keys(read ?? {}).sort()).toEqual(['busy', 'from', 'to']);
    expect(new Set(read?.busy.flatMap((span) => Object.keys(span)))).toEqual(new Set(['start', 'end']));
    expect(canaries.leaksIn(text(JSON.stringify(share.records(FREE_BUSY).list())))).toEqual([]);
    expect(await codeOf(() => agendaOf(share))).toBe('usage/invalid');
    expect(await codeOf(() => share.records(AGENDA_EVENT).list())).toBe('usage/invalid');
    expect(await codeOf(() => freeBusyOf(share).get())).toBe('ok');
    expect(await codeOf(() => share.records(FREE_BUSY).add(published))).toBe('access/not-allowed');
  });

  it('a doctor who may read free/busy gets nothing of the agenda, even by a kind of his own making', async () => {
    const [share] = await enterAgain();
    // The same collection under another kind, and the same kind under the collection that he has.
    const disguised = { ...AGENDA_EVENT, collection: 'free-busy' };
    expect(share.records(disguised).list()).toEqual([]);
    const anything = { ...FREE_BUSY, kind: 'agenda.event', parse: (value: unknown) => value as object };
    expect(share.records(anything).list()).toEqual([]);
  });

  it('what was taken back is gone from the server too', async () => {
    const [share, martin, alice] = await enterAgain();
    const [vault] = alice.person.vaults();
    if (vault === undefined) throw new Error('no vault');
    const before = bodiesPruned();
    await agendaOf(vault).unpublishFreeBusy();
    await requireSync(alice.person);
    await requireSync(martin.person);
    expect(await freeBusyOf(share).get()).toBeNull();
    expect(bodiesPruned()).toBe(before + 1);
  });

  async function enterAgain() {
    copies += 1;
    const martin = await stage.reopen('martin', { as: `martin-${copies}` });
    const alice = await stage.reopen('alice', { as: `alice-${copies}` });
    const [share] = martin.person.sharedWithMe();
    if (share === undefined) throw new Error('nothing was shared');
    return [share, martin, alice] as const;
  }
  let copies = 0;

  /** How many sealed records the server has no more. */
  function bodiesPruned(): number {
    return stage.operator
      .query<{ op: Uint8Array }>('select op from ops')
      .flatMap(({ op }) => decodeOp(new Uint8Array(op)).bodies)
      .filter((body) => body === null).length;
  }
});
