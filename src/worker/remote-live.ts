import { createLive, type Live } from '../live/live.js';
import type { Patch, Target } from './contract.js';
import type { Link } from './link.js';
import { patchList, type Run } from './list-patch.js';
import { guarded } from './guarded.js';
import { unpack } from './packing.js';
import { unpackError } from './packed-error.js';

/** A value that nobody looks at any more is followed for so long, in case someone comes back. */
const LINGER_MS = 5000;

interface Followed {
  readonly target: Target;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Keeps the object in the worker. */
  readonly owner: object;
}

/**
 * A live value in the worker, as a live value here.
 *
 * It is followed from the first look at it until a little after the last. Lists come as changes to the list before, so
 * that what did not change is the same object.
 */
export function createRemoteLive(link: Link, followed: Followed): Live<unknown> {
  const mirror = new Mirror(link, followed);
  return createLive({
    version: () => mirror.version(),
    read: () => mirror.read(),
    watch: (onNotice) => mirror.watch(onNotice),
  });
}

/** What the page has of a live value. */
class Mirror {
  readonly #link: Link;
  readonly #followed: Followed;
  readonly #notices = new Set<(notice?: 'end') => void>();
  #version = 0;
  #value: unknown;
  #error: { readonly thrown: unknown } | null = null;
  /** The last list, which patches count from. */
  #list: readonly unknown[] = [];
  #runs: Run[] = [];
  #unfollow: (() => void) | null = null;
  #isOver = false;
  #lingering: ReturnType<typeof setTimeout> | undefined;

  constructor(link: Link, followed: Followed) {
    this.#link = link;
    this.#followed = followed;
  }

  version(): unknown {
    this.#follow();
    return this.#version;
  }

  read(): unknown {
    if (this.#error !== null) throw this.#error.thrown;
    return this.#value;
  }

  watch(onNotice: (notice?: 'end') => void): () => void {
    const notice = (what?: 'end') => onNotice(what);
    const offEnd = this.#link.onEnd(() => notice('end'));
    this.#notices.add(notice);
    if (this.#isOver) queueMicrotask(() => notice('end'));
    this.#follow();
    return () => {
      offEnd();
      this.#notices.delete(notice);
      this.#linger();
    };
  }

  #follow(): void {
    if (this.#link.ended || this.#isOver) return;
    this.#unfollow ??= this.#link.watch(this.#followed, (patch) => this.#take(patch));
    if (this.#notices.size > 0) clearTimeout(this.#lingering);
    else this.#linger();
  }

  #linger(): void {
    clearTimeout(this.#lingering);
    if (this.#link.ended || this.#unfollow === null) return;
    this.#lingering = setTimeout(() => {
      this.#unfollow?.();
      this.#unfollow = null;
      this.#list = [];
      this.#runs = [];
      this.#set(undefined, null);
    }, LINGER_MS);
    (this.#lingering as { unref?: () => void }).unref?.();
  }

  #take(patch: Patch): void {
    switch (patch.kind) {
      case 'list': {
        for (const run of unpack(patch.runs, this.#link.revive) as Run[]) this.#runs.push(run);
        if (patch.more) return;
        this.#list = Object.freeze(patchList(patch.fresh ? [] : this.#list, this.#runs));
        this.#runs = [];
        this.#set(this.#list, null);
        break;
      }
      case 'value':
        this.#set(unpack(patch.value, this.#link.revive), null);
        break;
      case 'error':
        this.#set(undefined, { thrown: unpackError(patch.error) });
        break;
      case 'end':
        clearTimeout(this.#lingering);
        this.#isOver = true;
        this.#set(undefined, null);
        break;
    }
    for (const notice of [...this.#notices]) guarded(() => notice(this.#isOver ? 'end' : undefined));
  }

  #set(value: unknown, error: { readonly thrown: unknown } | null): void {
    this.#value = value;
    this.#error = error;
    this.#version++;
  }
}
