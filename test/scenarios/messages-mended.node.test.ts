import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../src/index.js';
import { type Message, messagingOf, type Thread, type ThreadView } from '../../src/messaging/index.js';
import { PARTICIPANT } from '../../src/messaging/participant.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

const textsOf = ({ entries }: ThreadView) =>
  entries.filter((entry): entry is Message => entry.type === 'message').map(({ text }) => text);
const statesOf = ({ participants }: ThreadView) => participants.map(({ name, state }) => [name, state]);

describe('messages, when something comes in between', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  async function patient(name: string): Promise<{ alice: Person; vault: Vault; words: string }> {
    const alice = await stage.enter(name, { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf(name) });
    await alice.sync();
    return { alice, vault, words };
  }
  async function professional(name: string, ...known: Person[]): Promise<Person> {
    const person = await stage.enter(name, { kind: 'professional' });
    await person.sync();
    for (const other of known) {
      await other.people.add(person.contactCard());
      await person.people.add(other.contactCard());
    }
    return person;
  }
  const syncAll = async (...people: Person[]) => {
    for (const person of [...people, ...people]) expect((await person.sync()).failed).toEqual([]);
  };
  async function threadOf(person: Person, id: string): Promise<Thread> {
    const thread = await messagingOf(person).thread(id);
    if (thread === null) throw new Error('no thread');
    return thread;
  }

  it('two devices accept the same opening at once: it is one thread, and all of it reaches everyone', async () => {
    const { alice, vault, words } = await patient('mended-anna');
    const martin = await professional('mended-martin-a', alice);
    const card = await vault.deposits.card();
    await alice.sync();
    const tablet = await stage.recover('mended-anna', words);
    const asked = await messagingOf(martin).ask(card, { subject: 'Results', text: 'Please call me' });
    for (const person of [martin, alice, tablet]) await person.sync();
    for (const device of [alice, tablet]) {
      const { openings } = messagingOf(device);
      const [waiting] = await openings.list();
      await openings.accept(waiting?.id as never);
    }
    await (await threadOf(alice, asked.id)).reply('From the phone');
    await (await threadOf(tablet, asked.id)).reply('From the tablet');
    await syncAll(alice, tablet, alice, martin);
    const his = await threadOf(martin, asked.id);
    await his.markRead();
    const answered = await his.reply('Good');
    await (await threadOf(alice, asked.id)).reply('Again from the phone');
    await syncAll(martin, alice, tablet, martin);
    const all = ['Please call me', 'From the phone', 'From the tablet', 'Good', 'Again from the phone'];
    for (const person of [martin, alice, tablet]) {
      const view = await (await threadOf(person, asked.id)).view();
      expect([...textsOf(view)].sort()).toEqual([...all].sort());
      expect(view.setAside).toBe(0);
    }
    const live: (ThreadView | null)[] = [];
    const stop = messagingOf(martin)
      .liveThread(asked.id)
      .subscribe((view) => live.push(view));
    expect(live.at(-1)?.entries).toHaveLength(5);
    stop();
    await his.retract(answered.key);
    expect(textsOf(await his.view())).not.toContain('Good');
  }, 60_000);

  it('who left and is let in again may write again', async () => {
    const { alice, vault } = await patient('mended-bea');
    const martin = await professional('mended-martin-b', alice);
    const thread = await messagingOf(alice).open(vault, { subject: 'S', with: [martin.id], text: 'One' });
    await syncAll(alice, martin);
    await (await threadOf(martin, thread.id)).leave();
    await syncAll(martin, alice);
    await messagingOf(alice).tend();
    await syncAll(alice, martin);
    expect((await (await threadOf(martin, thread.id)).view()).status).toBe('left');
    await thread.add(martin.id, { history: 'all' });
    await syncAll(alice, martin);
    const again = await threadOf(martin, thread.id);
    expect((await again.view()).status).toBe('open');
    await again.reply('Back');
    // And leaves again.
    await again.leave();
    expect((await again.view()).status).toBe('left');
    await syncAll(martin, alice);
    await messagingOf(alice).tend();
    expect(vault.grants()).toEqual([]);
    expect(textsOf(await thread.view())).toEqual(['One', 'Back']);
  }, 60_000);

  it('a draft that fails half-way is sent in the thread that it began, and opens no other', async () => {
    const { alice, vault } = await patient('mended-cleo');
    const martin = await professional('mended-martin-c', alice);
    const { drafts } = messagingOf(alice);
    const draft = await drafts.create({
      ...{ vault: vault.id, subject: 'Knee', to: [martin.id], text: 'It hurts' },
      documents: ['itm_AAAAAAAAAAAAAAAAAAAAAA'],
    });
    expect(await codeOf(() => drafts.send(draft.id))).toBe('usage/not-found');
    expect(await codeOf(() => drafts.send(draft.id))).toBe('usage/not-found');
    expect(await drafts.list()).toMatchObject([{ text: 'It hurts' }]);
    await drafts.update(draft.id, { documents: [] });
    const sent = await drafts.send(draft.id);
    expect(await messagingOf(alice).threads()).toMatchObject([{ id: sent.id, subject: 'Knee' }]);
    expect(textsOf(await sent.view())).toEqual(['It hurts']);
    expect(await drafts.list()).toEqual([]);
  }, 60_000);

  it('nothing is begun with someone whose keys nobody pinned; once they are, adding lets them in', async () => {
    const { alice, vault } = await patient('mended-dora');
    const martin = await professional('mended-martin-d', alice);
    const nadia = await professional('mended-nadia-d');
    const hers = await nadia.createVault({ holder: { birthName: 'N' } });
    await nadia.people.add(alice.contactCard());
    await hers.share({ with: alice.id, category: 'laboratory' });
    await syncAll(nadia, alice);
    expect(alice.people.get(nadia.id)?.trust).toBe('unknown');
    const both = { subject: 'S', with: [martin.id, nadia.id], text: 'One' };
    expect(await codeOf(() => messagingOf(alice).open(vault, both))).toBe('share/trust-too-low');
    expect(await messagingOf(alice).threads()).toEqual([]);
    const thread = await messagingOf(alice).open(vault, { ...both, with: [martin.id] });
    expect(await codeOf(() => thread.add(nadia.id))).toBe('share/trust-too-low');
    await alice.people.add(nadia.contactCard());
    await thread.add(nadia.id);
    expect(statesOf(await thread.view())).toContainEqual(['mended-nadia-d', 'present']);
  }, 60_000);

  it('who was let in by a device that came no further is told what the thread is about, once', async () => {
    const { alice, vault } = await patient('mended-emma');
    const martin = await professional('mended-martin-e', alice);
    const nadia = await professional('mended-nadia-e', alice);
    const thread = await messagingOf(alice).open(vault, { subject: 'Wound', with: [martin.id], text: 'One' });
    // What `add` does, up to a crash; and by a clock that is ahead.
    const added = Date.now() + 3_600_000;
    const invitation = {
      person: nadia.id,
      name: 'Nadia',
      kind: 'professional',
      added,
      fromNow: true,
    } as const;
    await vault.records(PARTICIPANT, thread.id).add({ thread: thread.id, ...invitation });
    const terms = { role: 'contributor', purpose: 'messages', history: 'from-now' } as const;
    await vault.share({ with: nadia.id, collection: thread.id, ...terms });
    await messagingOf(alice).tend();
    await syncAll(alice, nadia);
    const view = await (await threadOf(nadia, thread.id)).view();
    expect(view.subject).toBe('Wound');
    expect(statesOf(view)).toEqual([
      ['mended-emma', 'present'],
      ['mended-martin-e', 'present'],
      ['Nadia', 'present'],
    ]);
    // Then there is nothing left to do.
    await messagingOf(alice).tend();
    expect(await alice.sync()).toMatchObject({ pushed: 0 });
  }, 60_000);

  it('lets each in once, while the app tends its threads at the same time', async () => {
    const { alice, vault } = await patient('mended-fleur');
    const martin = await professional('mended-martin-f', alice);
    const nadia = await professional('mended-nadia-f', alice);
    const errors: unknown[] = [];
    const stop = messagingOf(alice).start((error) => errors.push(error));
    const thread = await messagingOf(alice).open(vault, { subject: 'S', with: [martin.id], text: 'One' });
    const added = Date.now();
    const invitation = { person: nadia.id, name: '', kind: 'professional', added, fromNow: true } as const;
    await vault.records(PARTICIPANT, thread.id).add({ thread: thread.id, ...invitation });
    await Promise.all([messagingOf(alice).tend(), thread.add(nadia.id), messagingOf(alice).tend()]);
    await messagingOf(alice).tend();
    stop();
    expect(errors).toEqual([]);
    expect(vault.ledger().map(({ person }) => person)).toEqual([martin.id, nadia.id]);
  }, 60_000);

  it('what two devices read at the same time is read on both', async () => {
    const { alice, vault, words } = await patient('mended-gina');
    const martin = await professional('mended-martin-g', alice);
    await alice.sync();
    const tablet = await stage.recover('mended-gina', words);
    const thread = await messagingOf(alice).open(vault, { subject: 'S', with: [martin.id], text: 'One' });
    await syncAll(alice, tablet, martin);
    const his = await threadOf(martin, thread.id);
    const there = await threadOf(tablet, thread.id);
    await his.reply('Two');
    await syncAll(martin, alice, tablet);
    await thread.markRead();
    await syncAll(alice, tablet);
    await his.reply('Three');
    await syncAll(martin, alice, tablet);
    await thread.markRead(); // the phone is offline from here
    await his.reply('Four');
    await syncAll(martin, tablet);
    await there.markRead();
    await syncAll(tablet, alice, tablet);
    expect((await there.view()).unread).toBe(0);
    expect((await thread.view()).unread).toBe(0);
  }, 60_000);

  it('a thread that a new message brought back stays when it is read', async () => {
    const { alice, vault } = await patient('mended-hedy');
    const martin = await professional('mended-martin-h', alice);
    const thread = await messagingOf(alice).open(vault, { subject: 'S', with: [martin.id], text: 'One' });
    await thread.archive();
    expect((await thread.view()).archived).toBe(true);
    await syncAll(alice, martin);
    await (await threadOf(martin, thread.id)).reply('News');
    await syncAll(martin, alice);
    expect((await thread.view()).archived).toBe(false);
    await thread.markRead();
    expect(await thread.view()).toMatchObject({ archived: false, unread: 0 });
    await thread.archive();
    expect((await thread.view()).archived).toBe(true);
  }, 60_000);
});
