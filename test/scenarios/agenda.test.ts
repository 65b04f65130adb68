import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Agenda, agendaOf, freeBusyOf, readIcs } from '../../src/agenda/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { BOOKING, BOOKING_MOVED } from '../support/ics-dialects.js';

const PARIS = 'Europe/Paris';
const at = (text: string) => Date.parse(text);
const autumn = { from: at('2026-09-01T00:00Z'), to: at('2026-12-01T00:00Z'), zone: PARIS };
const plan = async (agenda: Agenda) =>
  (await agenda.upcoming(autumn)).map(({ startsAt, title, status }) => `${startsAt} ${title} ${status}`);
const physio = {
  title: 'Kiné',
  when: {
    start: '2026-10-05T09:00',
    end: '2026-10-05T09:30',
    zone: PARIS,
    rule: 'FREQ=WEEKLY;COUNT=6',
  },
};

describe("Alice's agenda", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('is the same on her phone and on her tablet after a week apart', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    const onPhone = agendaOf(vault);
    const kine = await onPhone.add(physio);
    const derm = await onPhone.add({
      title: 'Dermatologue',
      when: { start: '2026-10-20T11:00', duration: 'PT20M', zone: PARIS },
    });
    await onPhone.importEvents(readIcs(BOOKING));
    await phone.sync();
    const tablet = await stage.recover('alice', words);
    const [same] = tablet.vaults();
    if (same === undefined) throw new Error('no vault');
    const onTablet = agendaOf(same);
    expect(await plan(onTablet)).toEqual(await plan(onPhone));

    await stage.crash();
    // Each changes other occurrences, other fields, and both one field.
    await onPhone.removeOccurrence(kine.id, '2026-10-12T09:00:00');
    await onTablet.updateOccurrence(kine.id, '2026-10-19T09:00:00', {
      when: { start: '2026-10-20T15:00', end: '2026-10-20T15:30', zone: PARIS },
    });
    await onTablet.update(kine.id, { place: 'Cabinet de kiné', alarms: [{ trigger: '-PT1H' }] });
    await onPhone.update(kine.id, { note: "Apporter l'ordonnance" });
    await onPhone.update(derm.id, { when: { start: '2026-10-21T11:00', duration: 'PT20M', zone: PARIS } });
    await onTablet.update(derm.id, { when: { start: '2026-10-22T08:30', duration: 'PT40M', zone: PARIS } });
    await onPhone.add({ type: 'reminder', title: 'Vaccin', when: { start: '2026-10-15T08:00' } });
    await onTablet.add({ title: 'Dentiste', when: { start: '2026-11-02T10:00', zone: PARIS } });
    await onTablet.importEvents(readIcs(BOOKING_MOVED));
    await onPhone.cancel(kine.id, '2026-11-09T09:00:00');
    expect(await codeOf(() => phone.sync())).toBe('sync/offline');
    await stage.restart();
    for (const device of [phone, tablet, phone, tablet]) expect((await device.sync()).failed).toEqual([]);

    expect(await onTablet.list()).toEqual(await onPhone.list());
    expect(await plan(onTablet)).toEqual(await plan(onPhone));
    expect(await plan(onPhone)).toEqual([
      '2026-10-05T09:00:00 Kiné booked',
      '2026-10-15T08:00:00 Vaccin booked',
      '2026-10-20T15:00:00 Kiné booked',
      '2026-10-22T08:30:00 Dermatologue booked',
      '2026-10-26T09:00:00 Kiné booked',
      expect.stringMatching(/^2026-10-26T17:00:00 Rendez-vous .* booked$/),
      '2026-11-02T09:00:00 Kiné booked',
      '2026-11-02T10:00:00 Dentiste booked',
      '2026-11-09T09:00:00 Kiné cancelled',
    ]);
    // Clocks went back in between: still nine o'clock in Paris.
    expect(
      (await onPhone.upcoming(autumn))
        .filter(({ title }) => title === 'Kiné')
        .map(({ start }) => new Date(start).getUTCHours()),
    ).toEqual([7, 13, 8, 8, 8]);
    const merged = await onPhone.get(kine.id);
    expect(merged?.value).toMatchObject({ place: 'Cabinet de kiné', note: "Apporter l'ordonnance" });
    expect(merged?.conflicts).toEqual([]);
    // Start, length and zone are one: never a mixture of both. The other is shown as what it is, until it is settled.
    for (const agenda of [onPhone, onTablet]) {
      const item = await agenda.get(derm.id);
      expect(item?.value.when).toEqual({ start: '2026-10-22T08:30:00', duration: 'PT40M', zone: PARIS });
      expect(item?.conflicts).toMatchObject([{ field: 'when', value: { start: '2026-10-21T11:00:00' } }]);
    }
    await onPhone.update(derm.id, { when: { start: '2026-10-21T11:00', duration: 'PT20M', zone: PARIS } });
    await phone.sync();
    await tablet.sync();
    expect((await onTablet.get(derm.id))?.conflicts).toEqual([]);
    expect(await onTablet.nextReminder(at('2026-10-01T00:00Z'), PARIS)).toEqual(
      await onPhone.nextReminder(at('2026-10-01T00:00Z'), PARIS),
    );
  });

  it('is shared with her carer, who adds to it and cannot touch what she wrote', async () => {
    const alice = await stage.enter('berthe');
    const karim = await stage.enter('karim');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const agenda = agendaOf(vault);
    const { id } = await agenda.add(physio);
    await karim.sync();
    const carer = await alice.people.add(karim.contactCard());
    await vault.share({ with: carer, collection: 'agenda', role: 'contributor' });
    await alice.sync();
    await karim.sync();
    const [share] = karim.sharedWithMe();
    if (share === undefined) throw new Error('nothing was shared');
    const his = agendaOf(share);
    expect(await plan(his)).toEqual(await plan(agenda));
    for (const touch of [
      () => his.update(id, { title: 'x' }),
      () => his.cancel(id, '2026-10-12T09:00:00'),
      () => his.removeFollowing(id, '2026-10-12T09:00:00'),
      () => his.remove(id),
    ])
      expect(await codeOf(touch)).toBe('access/not-allowed');
    const added = await his.add({ title: 'Transport', when: { start: '2026-10-05T08:30', zone: PARIS } });
    await his.update(added.id, { place: 'En bas' });
    // Free/busy is not his to publish, and is not in what he was given.
    expect(await codeOf(() => his.publishFreeBusy(autumn))).toBe('usage/invalid');
    expect(await codeOf(() => freeBusyOf(share))).toBe('usage/invalid');
    expect((await karim.sync()).failed).toEqual([]);
    await alice.sync();
    expect(await agenda.get(added.id)).toMatchObject({ author: karim.id, value: { place: 'En bas' } });
  });

  it('lets her doctor see when she is busy, and nothing else, until she takes it back', async () => {
    const alice = await stage.enter('claire');
    const martin = await stage.enter('martin', { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const agenda = agendaOf(vault);
    await agenda.add(physio);
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    await vault.share({ with: doctor, collection: 'free-busy' });
    await alice.sync();
    await martin.sync();
    const shareOf = () => {
      const [share] = martin.sharedWithMe();
      if (share === undefined) throw new Error('nothing was shared');
      return share;
    };
    // Nothing is published that she did not publish.
    expect(await freeBusyOf(shareOf()).get()).toBeNull();
    const published = await agenda.publishFreeBusy(autumn);
    expect(published.busy).toHaveLength(6);
    await alice.sync();
    await martin.sync();
    const read = freeBusyOf(shareOf());
    expect(await read.get()).toEqual(published);
    expect(await read.isFree({ from: at('2026-10-05T07:00Z'), to: at('2026-10-05T07:10Z') })).toBe(false);
    expect(await codeOf(() => agendaOf(shareOf()))).toBe('usage/invalid');
    const live = read.live();
    const seen: (number | null)[] = [];
    const stop = live.subscribe((next) => seen.push(next?.busy.length ?? null));

    await agenda.unpublishFreeBusy();
    await alice.sync();
    await martin.sync();
    expect(await read.get()).toBeNull();
    await vi.waitFor(() => expect(seen).toEqual([6, null]));
    stop();
  });
});
