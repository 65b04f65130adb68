import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import { messagingOf } from '../../../src/messaging/index.js';
import {
  useDrafts,
  useMessaging,
  useOpenings,
  useThread,
  useThreads,
  useUnreadCount,
  VaultProvider,
} from '../../../src/react/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { show, watchConsole } from '../../support/react-scene.js';

describe('messages in components', () => {
  watchConsole();
  let stage: Stage;
  let alice: Person;
  let martin: Person;
  let vault: Vault;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
    martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await alice.people.add(martin.contactCard());
  });
  afterAll(() => stage.close());

  function Overview() {
    const threads = useThreads().data ?? [];
    const { data: unread = '?' } = useUnreadCount();
    const drafts = useDrafts().data?.length ?? '?';
    const openings = useOpenings().data?.map(({ subject }) => subject) ?? [];
    return (
      <p>
        {threads.map(({ subject, status }) => `${subject} (${status})`).join(', ') || 'none'}; {unread}{' '}
        unread; {drafts} drafts; asked: {openings.join(', ')}
      </p>
    );
  }

  function Lines({ id }: { readonly id: string }) {
    const { data } = useThread(id);
    const messaging = useMessaging();
    const answer = async () => (await messaging?.thread(id))?.reply('Thank you');
    const lines = data?.entries.map((entry) => (entry.type === 'message' ? entry.text : entry.type)) ?? [];
    return (
      <div>
        <p>{data === null ? 'no thread' : lines.join(' / ')}</p>
        <button type="button" onClick={answer}>
          Answer
        </button>
      </div>
    );
  }

  it('come, are counted, answered from a component, and asked for', async () => {
    const scene = show(
      <VaultProvider person={alice}>
        <Overview />
      </VaultProvider>,
    );
    await scene.reads('none; 0 unread; 0 drafts; asked:');
    const thread = await messagingOf(alice).open(vault, {
      subject: 'Knee',
      with: [martin.id],
      text: 'It hurts',
    });
    await scene.reads('Knee (open); 0 unread; 0 drafts; asked:');
    await messagingOf(alice).drafts.create({ thread: thread.id, text: 'and' });
    await alice.sync();
    await martin.sync();
    const his = await messagingOf(martin).thread(thread.id);
    await his?.reply('Rest it');
    await martin.sync();
    await alice.sync();
    await scene.reads('Knee (open); 1 unread; 1 drafts; asked:');

    const lines = show(
      <VaultProvider person={alice}>
        <Lines id={thread.id} />
      </VaultProvider>,
    );
    await lines.reads(/^It hurts \/ Rest it/);
    await lines.click('Answer');
    await lines.reads(/^It hurts \/ Rest it \/ Thank you/);
    await thread.markRead();
    await his?.close();
    const card = await vault.deposits.card();
    await alice.sync();
    await messagingOf(martin).ask(card, { subject: 'Results', text: 'Call me' });
    await martin.sync();
    await alice.sync();
    await scene.reads('Knee (closed); 0 unread; 1 drafts; asked: Results');
    lines.render(
      <VaultProvider person={alice}>
        <Lines id="thread-00000000000000000000000000000000" />
      </VaultProvider>,
    );
    await lines.reads(/^no thread/);
  });
});
