import { VaultError } from '../../errors.js';
import type { RecordKind } from '../../records/record-kind.js';
import { Search } from '../../search/index.js';
import { DepositBox } from '../../vault/deposit-box.js';
import { Documents } from '../../vault/documents.js';
import { Journal } from '../../vault/journal.js';
import { Passkeys } from '../../vault/passkeys.js';
import { People } from '../../vault/people.js';
import { Person } from '../../vault/person.js';
import { ReceivedShare } from '../../vault/received.js';
import { Records } from '../../vault/records.js';
import { Vault } from '../../vault/vault.js';
import type { ResultMark, Step, Target } from '../contract.js';
import { pack } from '../packing.js';
import { type Surface, type SurfaceName, surfaceNamed } from '../surfaces.js';
import type { Searches } from './searches.js';

const CLASSES: Readonly<Record<SurfaceName, abstract new (...given: never) => object>> = {
  Person,
  People,
  Passkeys,
  Vault,
  Documents,
  DepositBox,
  Journal,
  Records,
  ReceivedShare,
  Search,
};

/** An object of the core and what of it a page may use. */
export interface Reached {
  readonly object: Readonly<Record<string, unknown>>;
  readonly surface: Surface;
}

interface Entry extends Reached {
  /** How often it was sent; the page says how often it got it when it lets go. */
  given: number;
}

/** The objects that a page holds, by number: each lives as long as the page does not let go of it. */
export class Handles {
  readonly #entries = new Map<number, Entry>();
  readonly #numbers = new WeakMap<object, number>();
  readonly #kinds: ReadonlyMap<string, RecordKind<object>>;
  readonly #searches: Searches;
  #last = 0;

  /** `kinds` are the kinds of record that a page may name. */
  constructor(kinds: readonly RecordKind<object>[], searches: Searches) {
    this.#kinds = new Map(kinds.map((kind) => [kind.kind, kind]));
    this.#searches = searches;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What to send for an object with a surface; `null` for any other. */
  give(object: object): ResultMark | null {
    const name = surfaceNameOf(object);
    if (name === null) return null;
    const surface = surfaceNamed(name);
    const members = object as Readonly<Record<string, unknown>>;
    const fields = Object.fromEntries((surface.data ?? []).map((field) => [field, members[field]]));
    const data = pack(fields, () => null).value as object;
    const handle = this.#numbers.get(object) ?? ++this.#last;
    this.#numbers.set(object, handle);
    const entry = this.#entries.get(handle) ?? { object: members, surface, given: 0 };
    entry.given++;
    this.#entries.set(handle, entry);
    return { kind: 'object', handle, surface: name, data };
  }

  /** The page got it `count` times and needs none of them any more; others may be under way. */
  release(handle: number, count: number): void {
    const entry = this.#entries.get(handle);
    if (entry === undefined) return;
    entry.given -= count;
    if (entry.given <= 0) this.#entries.delete(handle);
  }

  /** The object meant, and its surface. Throws `usage/closed` for what was let go. */
  reach({ handle, path }: Target): Reached {
    const entry = this.#entries.get(handle);
    if (entry === undefined) throw new VaultError('usage/closed');
    return path.reduce<Reached>((reached, step) => this.#enter(reached, step), entry);
  }

  #enter({ object, surface }: Reached, step: Step): Reached {
    const to = (members: Surface['parts'], name: string, enter: () => unknown): Reached | null => {
      const inner = members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
      return inner === undefined
        ? null
        : { object: enter() as Reached['object'], surface: surfaceNamed(inner) };
    };
    const reached =
      typeof step === 'string'
        ? (to(surface.parts, step, () => object[step]) ??
          to(surface.made, step, () => this.#searches.in(object)))
        : to(surface.rooms, step.room, () => this.#room(object, step));
    if (reached === null) throw new VaultError('usage/invalid', { argument: 'target' });
    return reached;
  }

  /** The kind of this name. Throws `usage/unknown-kind`. */
  kindNamed(name: string): RecordKind<object> {
    const known = this.#kinds.get(name);
    if (known === undefined) throw new VaultError('usage/unknown-kind', { kind: name });
    return known;
  }

  #room(object: Reached['object'], { room, kind, collection }: Exclude<Step, string>): unknown {
    const enter = object[room] as (kind: RecordKind<object>, collection?: string) => object;
    return enter.call(object, this.kindNamed(kind), collection);
  }
}

function surfaceNameOf(object: object): SurfaceName | null {
  for (const [name, type] of Object.entries(CLASSES)) if (object instanceof type) return name as SurfaceName;
  return null;
}
