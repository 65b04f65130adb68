import type { EventStatus } from './event.js';
import type { Occurrence } from './occurrence.js';
import type { Span } from './when.js';

/** Two occurrences that take the same time. */
export interface Conflict extends Span {
  readonly first: Occurrence;
  readonly second: Occurrence;
}

const FREE: readonly EventStatus[] = ['proposed', 'waitlist', 'cancelled', 'noshow', 'entered-in-error'];
const CONFLICTS_MAX = 1000;

/** Whether the time of an occurrence is taken. Proposals and waiting lists take none. */
export function takesTime({ busy, status }: Occurrence): boolean {
  return busy && !FREE.includes(status);
}

/** Whether two spans have a moment in common; what has no length lies within, not at the edge. */
export function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The pairs that overlap among occurrences in order, at most 1000. */
export function conflictsAmong(occurrences: readonly Occurrence[]): Conflict[] {
  const conflicts: Conflict[] = [];
  let open: Occurrence[] = [];
  for (const second of occurrences.filter(takesTime)) {
    open = open.filter(({ end }) => end > second.start);
    for (const first of open) {
      if (!overlaps(first, second)) continue;
      conflicts.push({ first, second, start: second.start, end: Math.min(first.end, second.end) });
      if (conflicts.length === CONFLICTS_MAX) return conflicts;
    }
    open.push(second);
  }
  return conflicts;
}

/** The time that occurrences in order take, put together, within `from` and `to`. */
export function busySpans(occurrences: readonly Occurrence[], from: number, to: number): Span[] {
  const spans: Span[] = [];
  for (const occurrence of occurrences.filter(takesTime)) {
    const start = Math.max(occurrence.start, from);
    const end = Math.min(occurrence.end, to);
    if (start >= end) continue;
    const last = spans.at(-1);
    if (last !== undefined && start <= last.end)
      spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else spans.push({ start, end });
  }
  return spans;
}
