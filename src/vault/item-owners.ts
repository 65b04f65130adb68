import { equalBytes } from '../crypto/hash.js';
import { nameOf } from '../log/collection-log.js';
import type { RecordView, Revision } from './record-view.js';

/** A revision that is in the log. */
type Placed = Revision & { readonly position: number };

/**
 * Whose an item is: a writer may revise only what is theirs from its first revision on. SPEC §7, R-REC-4.
 *
 * The rule is decided by the order of the log, whatever the order in which keys opened the records; what this device
 * has yet to send says nothing.
 */
export class ItemOwners {
  readonly #view: RecordView;
  /** Changes made by writers, by name; owners may revise everything. */
  readonly #byWriters = new Set<string>();
  /** What the rule refused, by item: it counts again when an earlier record turns up. */
  readonly #refused = new Map<string, Placed[]>();

  constructor(view: RecordView) {
    this.#view = view;
  }

  /** Adds a revision to the view, or not; gives back the changes that are refused now, and those that no longer are. */
  put(
    revision: Placed,
    role: 'owner' | 'writer',
  ): { readonly refused: readonly Placed[]; readonly readmitted: readonly Placed[] } {
    if (role === 'writer') this.#byWriters.add(nameOf(revision.change));
    const name = nameOf(revision.item);
    const before = this.#refused.get(name) ?? [];
    this.#view.put(revision);
    const known = [...this.#view.history(revision.item).filter(isPlaced), ...before];
    if (!known.some(({ change }) => this.#byWriters.has(nameOf(change))))
      return { refused: [], readmitted: [] };
    const refused: Placed[] = [];
    const accepted: Placed[] = [];
    for (const next of known.sort((a, b) => a.position - b.position)) {
      const byWriter = this.#byWriters.has(nameOf(next.change));
      // Records of one op are one person's: they say nothing about each other.
      const others = accepted.some(
        ({ person, position }) => position < next.position && !equalBytes(person, next.person),
      );
      if (byWriter && others) refused.push(next);
      else accepted.push(next);
    }
    for (const { item, change } of refused) this.#view.drop(item, change);
    const readmitted = before.filter((other) => accepted.includes(other));
    for (const other of readmitted) this.#view.put(other);
    if (refused.length > 0) this.#refused.set(name, refused);
    else this.#refused.delete(name);
    return { refused: refused.filter((other) => !before.includes(other)), readmitted };
  }

  clear(): void {
    this.#byWriters.clear();
    this.#refused.clear();
  }
}

function isPlaced(revision: Revision): revision is Placed {
  return revision.position !== null;
}
