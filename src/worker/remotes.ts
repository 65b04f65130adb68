import { VaultError } from '../errors.js';
import type { RecordKind } from '../records/record-kind.js';
import type { Ending, ResultMark, Step, Target } from './contract.js';
import type { Link } from './link.js';
import { isSameData } from './packing.js';
import { type Surface, type SurfaceName, surfaceNamed } from './surfaces.js';

/** So often in a row can another write come between. */
const ATTEMPTS_MAX = 16;

/** Stands for one object of the worker, as long as anything on the page needs it. */
interface Token {
  readonly handle: number;
  readonly received: { count: number };
  data: object;
  object: WeakRef<object>;
}

/** The objects of the worker that the page holds; one that nobody on the page holds any more is let go there, too. */
export class Remotes {
  readonly #link: Link;
  readonly #tokens = new Map<number, WeakRef<Token>>();
  readonly #targets = new WeakMap<object, Target>();
  readonly #forgotten: FinalizationRegistry<{ handle: number; received: { count: number } }>;

  constructor(link: Link) {
    this.#link = link;
    this.#forgotten = new FinalizationRegistry(({ handle, received }) => {
      if (this.#tokens.get(handle)?.deref() === undefined) this.#tokens.delete(handle);
      link.say('release', { handle, count: received.count });
    });
  }

  /** The object that a mark stands for: the same one as before, unless its data changed. */
  receive({ handle, surface, data }: ResultMark): object {
    const known = this.#tokens.get(handle)?.deref();
    const before = known?.object.deref();
    if (known !== undefined) known.received.count++;
    if (known !== undefined && before !== undefined && isSameData(known.data, data)) return before;
    const token = known ?? this.#tokenOf(handle);
    const object = this.#create(surfaceNamed(surface), { handle, path: [] }, token, data);
    token.data = data;
    token.object = new WeakRef(object);
    return object;
  }

  /** Which object of the worker this is, if it is one. */
  readonly targetOf = (object: object): Target | undefined => this.#targets.get(object);

  #tokenOf(handle: number): Token {
    const received = { count: 1 };
    const token = { handle, received, data: {}, object: new WeakRef({}) };
    this.#tokens.set(handle, new WeakRef(token));
    this.#forgotten.register(token, { handle, received });
    return token;
  }

  /** An object with the members of a surface; each of its functions keeps the token. */
  #create(surface: Surface, target: Target, token: Token, data: object): object {
    const link = this.#link;
    const members: Record<string, unknown> = { ...data };
    for (const [name, part] of Object.entries({ ...surface.parts, ...surface.made }))
      members[name] = this.#part(part, target, name, token, {});
    const define = (
      names: readonly string[] | undefined,
      act: (name: string, args: unknown[]) => unknown,
    ) => {
      for (const name of names ?? []) {
        const method = (...args: unknown[]) => act(name, trimmed(args));
        Object.defineProperty(members, name, { value: method });
      }
    };
    define(surface.calls, async (name, args) => keep(token, await link.call(target, name, args)));
    define(surface.listens, async (name, args) => keep(token, await link.listen(target, name, args)));
    define(surface.changes, async (name, args) => keep(token, await changeBy(link, target, name, args)));
    define(surface.streams, (name, args) => link.stream(target, name, args, token));
    define(surface.lives, (name, args) => link.live(target, name, args, token));
    define(surface.locks, (name) => link.lock(name as Ending));
    for (const [name, inner] of Object.entries(surface.rooms ?? {})) {
      const rooms: Rooms = new WeakMap();
      define([name], (_, [kind, collection]) =>
        this.#room(rooms, { surface: inner, target, name, token, kind, collection }));
    }
    for (const name of surface.asks ?? [])
      Object.defineProperty(members, name, {
        get: async () => keep(token, await link.call(target, name, [])),
      });
    Object.defineProperty(members, 'toJSON', { value: () => data });
    this.#targets.set(members, target);
    return Object.freeze(members);
  }

  #part(surface: SurfaceName, { handle, path }: Target, step: Step, token: Token, data: object): object {
    return this.#create(surfaceNamed(surface), { handle, path: [...path, step] }, token, data);
  }

  /** The same object for the same kind and collection. */
  #room(
    rooms: Rooms,
    given: {
      readonly surface: SurfaceName;
      readonly target: Target;
      readonly name: string;
      readonly token: Token;
      readonly kind: unknown;
      readonly collection: unknown;
    },
  ): object {
    const { surface, target, name, token } = given;
    const kind = given.kind as RecordKind<object>;
    if (typeof kind?.kind !== 'string') throw new VaultError('usage/invalid', { argument: 'kind' });
    const collection = given.collection === undefined ? undefined : String(given.collection);
    const byName = rooms.get(kind) ?? new Map<string | undefined, object>();
    rooms.set(kind, byName);
    const step: Step = { room: name, kind: kind.kind, collection };
    const room = byName.get(collection) ?? this.#part(surface, target, step, token, { kind });
    byName.set(collection, room);
    return room;
  }
}

/** The rooms of one object, by kind and collection. */
type Rooms = WeakMap<RecordKind<object>, Map<string | undefined, object>>;

/**
 * Changes what an id names. A change that is a function is computed here from the value as it is, and computed again
 * when that has changed meanwhile.
 */
async function changeBy(
  link: Link,
  target: Target,
  method: string,
  args: readonly unknown[],
): Promise<unknown> {
  const [id, change] = args;
  if (typeof change !== 'function') return link.call(target, method, args);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const shown = (await link.call(target, 'get', [id])) as { readonly value: unknown } | null;
    if (shown === null) throw new VaultError('usage/not-found', { id: String(id) });
    const changed = await link.change(target, method, [id, change(shown.value), shown.value]);
    if (changed !== null) return changed;
  }
  throw new VaultError('store/busy');
}

/** The result, with the object it came from needed until it was there. */
function keep<T>(_token: Token, result: T): T {
  return result;
}

/** Arguments left out are left out in the worker too. */
function trimmed(args: readonly unknown[]): unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}
