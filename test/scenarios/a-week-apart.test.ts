import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agendaOf } from '../../src/agenda/index.js';
import type { Person, Vault } from '../../src/index.js';
import { type Message, messagingOf, type ThreadView } from '../../src/messaging/index.js';
import { profileOf } from '../../src/profile/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';

const YEAR = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1), zone: 'Europe/Paris' };
const textsOf = ({ entries }: ThreadView) =>
  entries.map((entry) => (entry.type === 'message' ? entry.text : entry.type));

describe('Alice’s phone, and a tablet that her 24 words brought back', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  /** All that one device shows of the vault and its thread. */
  async function shownOn(person: Person, vault: Vault, thread: string) {
    const profile = profileOf(vault);
    const found = await messagingOf(person).thread(thread);
    return {
      profile: await profile.summary({ language: 'fr' }),
      sections: await Promise.all(profile.sections.map((name) => profile.section(name))),
      measures: await profile.measures.entries.list(),
      agenda: await agendaOf(vault).list(),
      upcoming: await agendaOf(vault).upcoming(YEAR),
      thread: await found?.view(),
      drafts: await messagingOf(person).drafts.list(),
    };
  }

  it('spend a week apart, writing profile, agenda and a thread, and then show the same', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const vault = await phone.createVault({ holder: { birthName: 'Martel', birthDate: '1980-05-05' } });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await phone.people.add(martin.contactCard());
    await martin.people.add(phone.contactCard());
    const treatment = await profileOf(vault).treatments.add({
      medication: { text: 'Levothyroxine' },
      status: 'active',
    });
    const visit = await agendaOf(vault).add({
      title: 'Dr Martin',
      when: {
        start: '2026-09-07T09:00:00',
        duration: 'PT30M',
        zone: 'Europe/Paris',
        rule: 'FREQ=WEEKLY;COUNT=3',
      },
    });
    const thread = await messagingOf(phone).open(vault, {
      subject: 'Thyroid',
      with: [martin.id],
      text: 'First',
    });
    await phone.sync();
    await martin.sync();
    const tablet = await stage.recover('alice', words);
    const [there] = tablet.vaults();
    const onTablet = await messagingOf(tablet).thread(thread.id);
    const his = await messagingOf(martin).thread(thread.id);
    if (there === undefined || onTablet === null || his === null) throw new Error('nothing came back');

    await stage.crash();
    // Different fields of one entry and of one event, and one field of each on both.
    await profileOf(vault).treatments.update(treatment.id, { dosage: '75 µg a day', comment: 'phone' });
    await profileOf(there).treatments.update(treatment.id, { prescriber: 'Dr Martin', comment: 'tablet' });
    await profileOf(vault).measures.add({ measure: 'height', value: 172, at: '2026-06-01' });
    await profileOf(there).measures.add({ measure: 'weight', value: 72.5, at: '2026-06-12' });
    await agendaOf(vault).update(visit.id, { place: 'First floor', note: 'phone' });
    await agendaOf(there).update(visit.id, { alarms: [{ trigger: '-PT1H' }], note: 'tablet' });
    await agendaOf(there).add({
      title: 'Blood test',
      when: { start: '2026-09-10T08:00:00', zone: 'Europe/Paris' },
    });
    // Each device answers, without the other's answer; so does the doctor, and one device answers its own again.
    await thread.reply('from the phone');
    await thread.reply('from the phone, again');
    await onTablet.reply('from the tablet');
    await his.reply('from Dr Martin');
    await messagingOf(phone).drafts.create({ thread: thread.id, text: 'not sent' });
    await stage.restart();

    for (const person of [phone, martin, tablet, phone, martin, tablet])
      expect((await person.sync()).failed).toEqual([]);
    const shown = await shownOn(phone, vault, thread.id);
    expect(await shownOn(tablet, there, thread.id)).toEqual(shown);

    const [kept] = await profileOf(vault).treatments.list();
    expect(kept).toMatchObject({ value: { dosage: '75 µg a day', prescriber: 'Dr Martin' } });
    expect(kept?.conflicts).toMatchObject([{ field: 'comment' }]);
    expect(await profileOf(vault).measures.series('bmi')).toMatchObject([{ value: '24.5' }]);
    const [event] = (await agendaOf(vault).list()).filter(({ id }) => id === visit.id);
    expect(event?.value).toMatchObject({ place: 'First floor', alarms: [{ trigger: '-PT1H' }] });
    expect(event?.conflicts).toMatchObject([{ field: 'note' }]);
    expect(shown.upcoming.map(({ startsAt }) => startsAt.slice(0, 10))).toEqual([
      '2026-09-07',
      '2026-09-10',
      '2026-09-14',
      '2026-09-21',
    ]);

    // Three who knew nothing of each other: every device has them in one order, and what follows after what it follows.
    const view = shown.thread as ThreadView;
    const texts = textsOf(view);
    expect([...texts].sort()).toEqual(
      ['First', 'from Dr Martin', 'from the phone', 'from the phone, again', 'from the tablet'].sort(),
    );
    expect(texts[0]).toBe('First');
    expect(texts.indexOf('from the phone')).toBeLessThan(texts.indexOf('from the phone, again'));
    expect(textsOf(await his.view())).toEqual(texts);
    expect(view.setAside).toBe(0);
    const own = view.entries.filter((entry): entry is Message => entry.type === 'message' && entry.own);
    expect(own).toHaveLength(4);
    expect(shown.drafts).toMatchObject([{ text: 'not sent' }]);
  });
});
