import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENDA_KINDS, agendaOf, freeBusyOf, readIcs } from '../../../src/agenda/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { until } from '../../support/following.js';
import { THUNDERBIRD } from '../../support/ics-dialects.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

const PARIS = 'Europe/Paris';
const spring = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 5, 1), zone: PARIS };

describe('the agenda of a vault that is open in a worker', () => {
  let stage: Stage;
  let party: WorkerParty;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage, AGENDA_KINDS);
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('is written, read, followed, imported and published', async () => {
    const alice = await party.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const agenda = agendaOf(vault);
    expect(agendaOf(vault)).toBe(agenda);
    const live = agenda.liveUpcoming(spring);
    const next = agenda.liveNextReminder({ now: () => spring.from, zone: PARIS });
    const imported = await agenda.importEvents(readIcs(THUNDERBIRD));
    expect(imported.added).toHaveLength(1);
    await until(live, (list) => list.length === 9);
    await until(next, (reminder) => reminder?.at === Date.parse('2026-03-02T07:30Z'));
    expect((await agenda.upcoming(spring)).map(({ startsAt }) => startsAt)).toEqual(
      live.getSnapshot()?.map(({ startsAt }) => startsAt),
    );
    const [id] = imported.added;
    if (id === undefined) throw new Error('nothing was added');
    await agenda.removeOccurrence(id, '2026-03-02T09:00:00');
    await agenda.updateFollowing(id, '2026-04-20T09:00:00', { title: 'Suite' });
    await until(live, (list) => list.length === 8 && list.at(-1)?.title === 'Suite');
    expect((await agenda.publishFreeBusy(spring)).busy).toHaveLength(8);
    expect((await freeBusyOf(vault).get())?.busy).toHaveLength(8);
    expect(await codeOf(() => agenda.update(id, { title: '' }))).toBe('usage/invalid');
    expect((await agenda.importEvents(readIcs(THUNDERBIRD))).same).toBe(1);
  });
});
