import { createLive, type Live } from '../live/live.js';
import { loadedSource } from '../live/live-loader.js';
import type { RecordsAnywhere } from '../vault/record-home.js';
import type { AgendaEvent } from './event.js';
import { nextReminderOf, type Reminder } from './reminder.js';

/** A timer is set anew at least this often: a device that slept is late by no more. */
const TIMER_MAX = 3600 * 1000;

/** The next reminder, anew whenever the agenda changes and when its moment has come. */
export function liveNextReminder(
  records: RecordsAnywhere<AgendaEvent>,
  { now, zone }: { readonly now: () => number; readonly zone: () => string },
): Live<Reminder | null> {
  const source = records.live();
  const armed = new Set<() => void>();
  let seen: unknown = armed; // no list so far
  let due: number | null = null;
  let turn = 0;
  return createLive<Reminder | null>(
    loadedSource({
      version: () => {
        const items = source.getSnapshot() ?? source.getError();
        if (items !== seen || (due !== null && now() >= due)) {
          turn++;
          due = null;
        }
        seen = items;
        return turn;
      },
      load: async () => {
        const next = await nextReminderOf(await records.list(), now(), zone());
        due = next?.at ?? null;
        for (const arm of armed) arm();
        return next;
      },
      watch: (onNotice) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const arm = () => {
          clearTimeout(timer);
          if (due === null) return;
          timer = setTimeout(
            () => {
              arm();
              onNotice();
            },
            Math.min(Math.max(due - now(), 1), TIMER_MAX),
          );
        };
        armed.add(arm);
        arm();
        const unsubscribe = source.subscribe({
          next: () => onNotice(),
          error: () => onNotice(),
          complete: () => onNotice('end'),
        });
        return () => {
          armed.delete(arm);
          clearTimeout(timer);
          unsubscribe();
        };
      },
    }),
    (before, after) => before?.tag === after?.tag,
  );
}
