import type { Id, Person, Vault } from 'coffret';
import { agendaOf } from 'coffret/agenda';
import { messagingOf } from 'coffret/messaging';

/** A line of a thread as the director prints it. */
export interface Line {
  readonly from: Id<'person'>;
  readonly name: string;
  readonly text: string;
  readonly files: readonly { readonly title: string; readonly author: Id<'person'> | null }[];
}

/** What a person does with messages and agenda; arguments and results are plain JSON. */
export function createHealthVerbs(me: () => Person, vault: () => Vault) {
  const threadOf = async (id: string) => {
    const found = await messagingOf(me()).thread(id);
    if (found === null) throw new Error('no such thread');
    return found;
  };
  return {
    ask: async (opening: { card: string; subject: string; text: string }): Promise<string> => {
      const { card, ...content } = opening;
      return (await messagingOf(me()).ask(card, content)).id;
    },

    openings: () => messagingOf(me()).openings.list(),

    accept: ({ id }: { id: Id<'deposit'> }) => messagingOf(me()).openings.accept(id),

    async answer({ thread, text, files }: { thread: string; text: string; files: Id<'item'>[] }) {
      await (await threadOf(thread)).reply(text, { files });
    },

    async lines({ thread }: { thread: string }): Promise<Line[]> {
      const { entries } = await (await threadOf(thread)).view();
      return entries.flatMap((entry) => (entry.type === 'message' ? [entry] : []));
    },

    /** The first file of the last message, as text. */
    async lastFile({ thread }: { thread: string }): Promise<string> {
      const found = await threadOf(thread);
      const last = (await found.view()).entries.at(-1);
      if (last?.type !== 'message' || last.files[0] === undefined) throw new Error('no file');
      return (await found.blob(last, last.files[0].id)).text();
    },

    async appointment({ title, start, thread }: { title: string; start: string; thread: string }) {
      await agendaOf(vault()).add({
        ...{ title, threads: [thread], alarms: [{ trigger: '-PT2H' }] },
        when: { start, duration: 'PT30M', zone: 'Europe/Paris' },
      });
    },

    async upcoming(range: { from: number; to: number }) {
      const found = await agendaOf(vault()).upcoming({ ...range, zone: 'Europe/Paris' });
      return found.map(({ title, startsAt, zone }) => ({ title, startsAt, zone }));
    },

    nextReminder: ({ now }: { now: number }) => agendaOf(vault()).nextReminder(now),
  };
}
