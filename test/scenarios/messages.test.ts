import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../src/index.js';
import { type Message, messagingOf, type Thread, type ThreadView } from '../../src/messaging/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

/** The only element. */
function only<T>(list: readonly T[]): T {
  expect(list).toHaveLength(1);
  return list[0] as T;
}
const messagesOf = ({ entries }: ThreadView): Message[] =>
  entries.filter((entry): entry is Message => entry.type === 'message');
const linesOf = ({ entries }: ThreadView) =>
  entries.map((entry) =>
    entry.type === 'message'
      ? `${entry.name}: ${entry.text}`
      : entry.type === 'gap'
        ? entry.reason
        : entry.type,
  );
const image = (bytes: number) =>
  new File([new Uint8Array(bytes).fill(7)], 'scan.jpg', { type: 'image/jpeg' });

describe('messages', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  async function patient(name: string): Promise<{ alice: Person; vault: Vault }> {
    const alice = await stage.enter(name, { disk: true });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await alice.sync();
    return { alice, vault };
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

  it('go between Alice and Dr Martin: opened, answered, read, closed, opened again', async () => {
    const { alice, vault } = await patient('alice');
    const martin = await professional('martin', alice);
    const unread: (number | undefined)[] = [];
    const stop = messagingOf(martin)
      .liveUnread()
      .subscribe((count) => unread.push(count));
    const thread = await messagingOf(alice).open(vault, {
      subject: 'Blood pressure',
      with: [martin.id],
      text: 'It was 15/9 this morning.',
    });
    await syncAll(alice, martin);

    const his = await threadOf(martin, thread.id);
    expect(await his.view()).toMatchObject({
      subject: 'Blood pressure',
      status: 'open',
      opener: alice.id,
      vault: null,
      unread: 1,
      setAside: 0,
      participants: [
        { person: alice.id, name: 'alice', role: 'owner', state: 'present' },
        { person: martin.id, role: 'participant', state: 'present' },
      ],
    });
    expect(await messagingOf(martin).threads()).toMatchObject([{ id: thread.id, unread: 1 }]);
    await his.markRead();
    expect((await his.view()).unread).toBe(0);
    await his.reply('Take it again tonight, sitting down.');
    await syncAll(martin, alice);
    const seen = await thread.view();
    expect(linesOf(seen)).toEqual([
      'alice: It was 15/9 this morning.',
      'martin: Take it again tonight, sitting down.',
    ]);
    expect(messagesOf(seen)).toMatchObject([
      { own: true, to: [martin.id], readBy: [] },
      { own: false, to: [alice.id], read: false, from: martin.id, synced: true },
    ]);

    // He ends it: nobody answers, until he opens it again, or she, whose vault it is.
    await his.close();
    await syncAll(martin, alice);
    expect(await thread.view()).toMatchObject({ status: 'closed', closed: { by: martin.id } });
    expect(await codeOf(() => thread.reply('One more thing'))).toBe('access/thread-closed');
    await thread.reopen();
    await thread.reply('It is 13/8 now.');
    await syncAll(alice, martin);
    expect(linesOf(await his.view()).slice(2)).toEqual(['closed', 'reopened', 'alice: It is 13/8 now.']);
    expect(messagesOf(await his.view()).some(({ afterClose }) => afterClose)).toBe(false);
    // What she closes, he does not open.
    await thread.close();
    await syncAll(alice, martin);
    expect(await codeOf(() => his.reopen())).toBe('access/not-allowed');
    stop();
    expect(unread.at(0)).toBe(0);
    expect(unread.at(-1)).toBe(1);
  });

  it('are told as read only by those who want it, by their own signed word', async () => {
    const { alice, vault } = await patient('berthe');
    const martin = await professional('martin-b', alice);
    const thread = await messagingOf(alice).open(vault, { subject: 'Rash', with: [martin.id], text: 'Look' });
    await syncAll(alice, martin);
    const his = await threadOf(martin, thread.id);
    await his.markRead();
    await syncAll(martin, alice);
    expect(only(messagesOf(await thread.view())).readBy).toEqual([]);

    await messagingOf(martin).setSettings({ receipts: true });
    await thread.reply('And here');
    await syncAll(alice, martin);
    await his.markRead();
    await syncAll(martin, alice);
    expect(messagesOf(await thread.view()).map(({ readBy }) => readBy.map(({ person }) => person))).toEqual([
      [martin.id],
      [martin.id],
    ]);
    await thread.reply('Third');
    expect(messagesOf(await thread.view()).map(({ readBy }) => readBy.length)).toEqual([1, 1, 0]);
  });

  it('carry files of any size and documents by link, which go into the record with their author’s proof', async () => {
    const { alice, vault } = await patient('claire');
    const martin = await professional('martin-c', alice);
    const laboratory = await professional('laboratory-c', alice);
    const card = await vault.deposits.card();
    await alice.sync();
    await laboratory.deposit(card, new File(['TSH 2.1'], 'tsh.txt', { type: 'text/plain' }), {
      category: 'laboratory',
      title: 'TSH',
    });
    await laboratory.sync();
    await alice.sync();
    const [waiting] = await vault.deposits.list();
    const result = await vault.deposits.adopt(waiting?.id as never);
    const thread = await messagingOf(alice).open(vault, {
      subject: 'Thyroid',
      with: [martin.id],
      text: 'My results',
      files: [result],
    });
    await syncAll(alice, martin);
    const his = await threadOf(martin, thread.id);
    const sent = only(messagesOf(await his.view()));
    const attached = only(sent.files);
    expect(attached).toMatchObject({ title: 'TSH', author: laboratory.id });
    expect(await (await his.blob(sent, attached.id)).text()).toBe('TSH 2.1');
    // It is hers to file, not his.
    expect(await codeOf(() => his.saveFile(sent, attached.id, { category: 'report' }))).toBe(
      'access/not-allowed',
    );

    const steps: number[] = [];
    const big = image(6_000_000);
    await his.reply('The scan', { files: [big], onProgress: ({ done }) => steps.push(done) });
    expect(steps.at(-1)).toBe(6_000_000);
    await syncAll(martin, alice);
    const answer = messagesOf(await thread.view()).at(-1) as Message;
    const saved = await thread.saveFile(answer, only(answer.files).id, { category: 'imaging' });
    expect(vault.documents.get(saved)).toMatchObject({
      author: martin.id,
      bytes: 6_000_000,
      category: 'imaging',
    });
    await alice.sync();
    expect((await vault.documents.blob(saved)).size).toBe(6_000_000);
  });

  it('let someone in under a new key, who reads what follows, and let them go: by themselves or by Alice', async () => {
    const { alice, vault } = await patient('diane');
    const martin = await professional('martin-d', alice);
    const nadia = await professional('nadia', alice);
    const thread = await messagingOf(alice).open(vault, {
      subject: 'Wound',
      with: [martin.id],
      text: 'First',
    });
    await syncAll(alice, martin);
    await thread.add(nadia.id);
    await thread.add(nadia.id);
    await thread.reply('Nadia, meet Dr Martin');
    await syncAll(alice, martin, nadia);
    const hers = await threadOf(nadia, thread.id);
    expect(linesOf(await hers.view())).toEqual(['earlier', 'diane: Nadia, meet Dr Martin']);
    expect(await hers.view()).toMatchObject({ subject: 'Wound', setAside: 0 });
    // She sees who is there, and how Alice calls those she does not know.
    expect((await hers.view()).participants.map(({ name, state }) => [name, state])).toEqual([
      ['diane', 'present'],
      ['martin-d', 'present'],
      ['nadia', 'present'],
    ]);
    await hers.reply('Good morning');
    await syncAll(nadia, alice, martin);
    const his = await threadOf(martin, thread.id);
    expect(linesOf(await his.view())).toEqual([
      'diane: First',
      'diane: Nadia, meet Dr Martin',
      'nadia: Good morning',
    ]);

    await hers.leave();
    expect((await hers.view()).status).toBe('left');
    expect(await codeOf(() => hers.reply('x'))).toBe('access/not-allowed');
    await syncAll(nadia, alice);
    await messagingOf(alice).tend();
    await thread.reply('Without Nadia');
    await syncAll(alice, martin);
    await nadia.sync();
    expect((await thread.view()).participants).toMatchObject([{}, {}, { name: 'nadia', state: 'left' }]);
    expect(linesOf(await hers.view())).not.toContain('diane: Without Nadia');
    expect(vault.grants().map(({ with: person }) => person)).toEqual([martin.id]);

    // Alice lets her in again, with all that was written, then removes Dr Martin.
    await thread.add(nadia.id, { history: 'all' });
    await syncAll(alice, nadia);
    const again = await threadOf(nadia, thread.id);
    expect(linesOf(await again.view())).toContain('diane: Without Nadia');
    expect(linesOf(await again.view())[0]).toBe('diane: First');
    await thread.remove(martin.id);
    await thread.reply('Only Nadia');
    await syncAll(alice);
    await martin.sync();
    const gone = await threadOf(martin, thread.id);
    expect(['ended', 'open']).toContain((await gone.view()).status);
    expect(linesOf(await gone.view())).not.toContain('diane: Only Nadia');
    expect(await codeOf(() => thread.add('per_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'))).toBe(
      'share/unknown-person',
    );
  });

  it('open by a deposit when a professional begins: as the policy of the vault says', async () => {
    const { alice, vault } = await patient('esther');
    const martin = await professional('martin-e');
    const card = await vault.deposits.card();
    await alice.sync();
    const asked = await messagingOf(martin).ask(card, {
      subject: 'Your results',
      text: 'Please call me',
      files: [new File(['the letter'], 'letter.txt')],
    });
    await martin.sync();
    expect(await messagingOf(martin).asked()).toMatchObject([{ id: asked.id, subject: 'Your results' }]);
    await alice.sync();
    // No document, and not in anybody's way there.
    expect(await vault.deposits.list()).toEqual([]);
    const { openings } = messagingOf(alice);
    const waiting = only(await openings.list());
    expect(waiting).toMatchObject({ from: martin.id, contact: null, subject: 'Your results', allowed: true });

    await messagingOf(alice).setPolicy(vault, { opening: 'professionals' });
    expect(only(await openings.list()).allowed).toBe(false);
    expect(await codeOf(() => openings.accept(waiting.id))).toBe('access/not-allowed');
    const toMartin = { subject: 'x', with: [martin.id] };
    expect(await codeOf(() => messagingOf(alice).open(vault, toMartin))).toBe('access/not-allowed');
    await alice.people.add(martin.contactCard());
    await messagingOf(alice).setPolicy(vault, { trust: 'verified' });
    expect(only(await openings.list()).allowed).toBe(false);
    await messagingOf(alice).setPolicy(vault, { trust: 'pinned' });
    const id = await openings.accept(waiting.id);
    expect(id).toBe(asked.id);
    expect(await codeOf(() => openings.accept(waiting.id))).toBe('usage/not-found');
    await syncAll(alice, martin);
    expect(await messagingOf(martin).asked()).toEqual([]);
    const hers = await threadOf(alice, id);
    const first = only(messagesOf(await hers.view()));
    expect(first).toMatchObject({ from: martin.id, text: 'Please call me', own: false });
    expect(await (await hers.blob(first, only(first.files).id)).text()).toBe('the letter');
    await hers.reply('I will');
    await syncAll(alice, martin);
    expect(linesOf(await (await threadOf(martin, id)).view())).toEqual([
      'martin-e: Please call me',
      'esther: I will',
    ]);

    // From contacts, a policy may accept by itself; a stranger waits, and may be turned away.
    await messagingOf(alice).setPolicy(vault, { acceptance: 'automatic', opening: 'anyone' });
    const eve = await professional('eve');
    await messagingOf(martin).ask(card, { subject: 'Second', text: 'Again' });
    await messagingOf(eve).ask(card, { subject: 'Win', text: 'Buy' });
    await syncAll(martin, eve, alice);
    const errors: unknown[] = [];
    await messagingOf(alice).tend((error) => errors.push(error));
    expect(errors).toEqual([]);
    expect(only(await openings.list())).toMatchObject({ subject: 'Win' });
    await openings.decline(only(await openings.list()).id);
    expect(await openings.list()).toEqual([]);
    expect((await messagingOf(alice).threads()).map(({ subject }) => subject).sort()).toEqual([
      'Second',
      'Your results',
    ]);
  });

  it('begin as drafts on one device and are sent from another', async () => {
    const { alice, vault } = await patient('fanny');
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('fanny') });
    const martin = await professional('martin-f', alice);
    const report = await vault.documents.add(new Blob(['report']), { category: 'report', title: 'Report' });
    const drafts = messagingOf(alice).drafts;
    const draft = await drafts.create({ vault: vault.id, subject: 'Knee', to: [martin.id], text: 'It hu' });
    await drafts.attach(draft.id, image(100_000));
    const extra = await drafts.attach(draft.id, new File(['no'], 'no.txt'));
    await drafts.detach(extra.files[1]?.attachment as never);
    await alice.sync();
    const tablet = await stage.recover('fanny', words);
    const there = messagingOf(tablet).drafts;
    expect(only(await there.list())).toMatchObject({ text: 'It hu', files: [{ name: 'scan.jpg' }] });
    await there.update(draft.id, { text: 'It hurts', documents: [report.id] });
    const sent = await there.send(draft.id);
    expect(await there.list()).toEqual([]);
    await syncAll(tablet, alice, martin);
    expect(await drafts.list()).toEqual([]);
    const his = await threadOf(martin, sent.id);
    const message = only(messagesOf(await his.view()));
    expect(message).toMatchObject({ text: 'It hurts', files: [{ bytes: 100_000 }, { title: 'Report' }] });
    expect((await his.blob(message, message.files[0]?.id as never)).size).toBe(100_000);
    expect(await codeOf(() => drafts.send(draft.id))).toBe('usage/not-found');

    // A draft that cannot be sent stays.
    const lost = await drafts.create({ text: 'nowhere' });
    expect(await codeOf(() => drafts.send(lost.id))).toBe('usage/invalid');
    expect(await drafts.list()).toHaveLength(1);
    await drafts.remove(lost.id);
    expect(await drafts.list()).toEqual([]);
  });

  it('are taken back by their author, put away, and gone from both sides', async () => {
    const { alice, vault } = await patient('gilles');
    const martin = await professional('martin-g', alice);
    const thread = await messagingOf(alice).open(vault, { subject: 'Back', with: [martin.id], text: 'Oops' });
    const { key } = await thread.reply('Wrong person');
    await syncAll(alice, martin);
    const his = await threadOf(martin, thread.id);
    expect(await codeOf(() => his.retract(key))).toBe('usage/not-found');
    await thread.retract(key);
    await syncAll(alice, martin);
    expect(linesOf(await his.view())).toEqual(['gilles: Oops', 'retracted']);
    expect((await his.view()).unread).toBe(1);

    await thread.archive();
    expect(await thread.view()).toMatchObject({ archived: true });
    await his.reply('Hello');
    await syncAll(martin, alice);
    expect(await thread.view()).toMatchObject({ archived: false, unread: 1 });
  });
});
