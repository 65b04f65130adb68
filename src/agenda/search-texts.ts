import { type RecordExtractor, recordExtractor } from '../vault/record-text.js';
import { AGENDA_EVENT, type EventFacts, occurrenceChanges } from './event.js';

/** How events are found, for `registerRecords` of `coffret/search`: also by what is different about single occurrences. */
export const AGENDA_TEXTS: readonly RecordExtractor[] = /* @__PURE__ */ Object.freeze([
  /* @__PURE__ */ recordExtractor(AGENDA_EVENT, ({ value }) => {
    if (value.status === 'entered-in-error') return null;
    const changes = [...occurrenceChanges(value).values()].flatMap((change) => change ?? []);
    return {
      title: value.title,
      text: [value.note, ...changes.flatMap(linesOf)].filter((line) => line !== undefined).join('\n'),
      details: value.place === undefined ? [] : [value.place],
      people: peopleOf(value),
      date: value.when.start.slice(0, 10),
    };
  }),
]);

function linesOf({ title, note, place, practitioner }: Partial<EventFacts>): (string | undefined)[] {
  return [title, note, place, practitioner];
}

function peopleOf({ practitioner, participants = [] }: EventFacts): string[] {
  return [...(practitioner === undefined ? [] : [practitioner]), ...participants.map(({ name }) => name)];
}
