import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { agendaOf, type Occurrence } from '../../../src/agenda/index.js';
import type { Id, Person, Vault } from '../../../src/index.js';
import {
  useAgenda,
  useAgendaConflicts,
  useEvent,
  useNextReminder,
  useUpcoming,
  VaultProvider,
} from '../../../src/react/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { show, watchConsole } from '../../support/react-scene.js';

const PARIS = 'Europe/Paris';
const YEAR = { from: Date.UTC(2126, 0, 1), to: Date.UTC(2127, 0, 1), zone: PARIS };

describe('an agenda in components', () => {
  watchConsole();
  let stage: Stage;
  let alice: Person;
  let vault: Vault;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterAll(() => stage.close());

  it('lists what is upcoming and what collides as it comes, moves and goes', async () => {
    function Agenda() {
      const { data, pending } = useUpcoming(YEAR);
      const { data: conflicts = [] } = useAgendaConflicts(YEAR);
      if (data !== undefined) expectTypeOf(data).toEqualTypeOf<readonly Occurrence[]>();
      const list = data?.map(({ startsAt, title }) => `${startsAt.slice(5, 10)} ${title}`).join(', ');
      return <p>{pending ? 'pending' : `${list || 'none'}; ${conflicts.length} conflicts`}</p>;
    }
    const scene = show(
      <VaultProvider person={alice}>
        <Agenda />
      </VaultProvider>,
    );
    await scene.reads('none; 0 conflicts');
    const agenda = agendaOf(vault);
    const when = { start: '2126-06-03T09:00', duration: 'PT1H', zone: PARIS, rule: 'FREQ=WEEKLY;COUNT=2' };
    const { id } = await agenda.add({ title: 'Kiné', when });
    await scene.reads('06-03 Kiné, 06-10 Kiné; 0 conflicts');
    const other = await agenda.add({
      title: 'Dentiste',
      when: { start: '2126-06-10T09:30', duration: 'PT1H', zone: PARIS },
    });
    await scene.reads('06-03 Kiné, 06-10 Kiné, 06-10 Dentiste; 1 conflicts');
    await agenda.removeOccurrence(id, '2126-06-10T09:00:00');
    await scene.reads('06-03 Kiné, 06-10 Dentiste; 0 conflicts');
    await agenda.remove(id);
    await agenda.remove(other.id);
    await scene.reads('none; 0 conflicts');
  });

  it('shows one event, and the next reminder without what it is about', async () => {
    function One({ id }: { readonly id: Id<'item'> }) {
      const agenda = useAgenda();
      const { data } = useEvent(id);
      const { data: next, pending } = useNextReminder();
      const title = data === null ? 'gone' : data?.value.title;
      return (
        <>
          <p>{`${title} ${pending ? 'pending' : next === null ? 'none' : next?.text.fr}`}</p>
          <button type="button" onClick={() => void agenda?.update(id, { title: 'Ophtalmologue' })}>
            rename
          </button>
        </>
      );
    }
    const tomorrow = new Date(Date.now() + 24 * 3600 * 1000).toISOString().slice(0, 19);
    const { id } = await agendaOf(vault).add({
      title: 'Dermatologue',
      when: { start: tomorrow, zone: 'UTC' },
      alarms: [{ trigger: '-PT1H' }],
    });
    const scene = show(
      <VaultProvider person={alice}>
        <One id={id} />
      </VaultProvider>,
    );
    await scene.reads(/^Dermatologue Vous avez un rappel/);
    await scene.click('rename');
    await scene.reads(/^Ophtalmologue Vous avez un rappel/);
    await agendaOf(vault).remove(id);
    await scene.reads(/^gone none/);
    expect(scene.text()).not.toContain('rappel');
  });
});
