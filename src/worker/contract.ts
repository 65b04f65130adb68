/** What a page and its worker say to each other; every verb takes one object and answers with a `Reply`. */
import type { PackedError } from './packed-error.js';
import type { Packed } from './packing.js';
import type { SurfaceName } from './surfaces.js';

/** Changes with every change of this file: a page and a worker of two deployments do not understand each other. */
export const CONTRACT = 3;

/** At most so many elements of a list cross at once: more would hold up the page. */
export const PAGE_ELEMENTS_MAX = 10_000;

/** An object in the worker: one that was handed out, a part of it, or what is made of it there. */
export interface Target {
  readonly handle: number;
  readonly path: readonly Step[];
}

/** To a part of an object: a member of it, or what a method gives for a kind of record. */
export type Step =
  | string
  | { readonly room: string; readonly kind: string; readonly collection: string | undefined };

/** A method to call. `scope` is the page's number for what goes with the arguments: callbacks, signals, streams. */
export interface Call {
  readonly target: Target;
  readonly method: string;
  readonly args: Packed;
  readonly scope: number;
}

/** The name of the error with which a computed change is refused: what it was computed from is no more. */
export const STALE = 'coffret/stale';

/** The ways to a person. */
export type Way = 'createPerson' | 'openPerson' | 'recoverPerson';

/** Whether a store holds nobody, or which passkeys open it. */
export type Look = 'isEmpty' | 'passkeys';

/** How sessions end: see the methods of the same names of a person. */
export type Ending = 'lock' | 'lockEverywhere' | 'close';

/** What a verb answers; `rest` names the remainder of a long list. */
export type Reply =
  | { readonly ok: true; readonly result: Packed; readonly rest: number | null }
  | { readonly ok: false; readonly error: PackedError };

/** A change of a live value. */
export type Patch =
  /** The next list, by runs of the one before, of nothing if `fresh`; `more` of its runs follow. */
  | {
      readonly kind: 'list';
      readonly runs: Packed;
      readonly fresh: boolean;
      readonly more: boolean;
    }
  | { readonly kind: 'value'; readonly value: Packed }
  | { readonly kind: 'error'; readonly error: PackedError }
  | { readonly kind: 'end' };

/** What a page asks of the worker. */
export interface HostVerbs {
  /** Says that it is there. As long as it is, it holds the Web Lock `alive`. */
  hello(request: { readonly alive: string }): Promise<Reply>;
  /** What a store tells before anyone is open. */
  look(request: { readonly store: string; readonly at: Look }): Promise<Reply>;
  /** Closes every session and deletes the store. */
  destroy(request: { readonly store: string }): Promise<Reply>;
  /** Ends every session. */
  close(request: { readonly how: Ending }): Promise<Reply>;
  open(request: {
    readonly way: Way;
    readonly store: string;
    readonly options: Packed;
    readonly scope: number;
  }): Promise<Reply>;
  call(request: Call): Promise<Reply>;
  /** As `call`, with a change that was computed from the third argument; refused as `STALE` when that is no more. */
  change(request: Call): Promise<Reply>;
  /** As `call`, for a method that goes on calling back until `stop`. */
  listen(request: Call): Promise<Reply>;
  /** Begins a stream, whose pieces come by `pull` until `stop`. */
  stream(request: Call): Promise<Reply>;
  pull(request: { readonly scope: number }): Promise<Reply>;
  stop(request: { readonly scope: number }): Promise<Reply>;
  abort(request: { readonly scope: number; readonly id: number }): Promise<Reply>;
  /** The next elements of a long list. */
  rest(request: { readonly rest: number }): Promise<Reply>;
  /** Follows a live value, under the page's number for it. */
  watch(request: Omit<Call, 'scope'> & { readonly watch: number }): Promise<Reply>;
  unwatch(request: { readonly watch: number }): Promise<Reply>;
  /** The page lets go of an object that it was given `count` times. */
  release(request: { readonly handle: number; readonly count: number }): Promise<Reply>;
  /** How much the worker holds for the page, for tests. */
  held(request: object): Promise<Reply>;
}

/** What the worker asks of its page. */
export interface PageVerbs {
  /** Calls a callback. */
  tell(request: { readonly scope: number; readonly id: number; readonly args: Packed }): Promise<Reply>;
  /** The next piece of a file that only the page can read. */
  pull(request: { readonly scope: number; readonly id: number }): Promise<Reply>;
  stop(request: { readonly scope: number; readonly id: number }): Promise<Reply>;
  patch(request: { readonly watch: number; readonly patch: Patch }): Promise<Reply>;
  /** A session was locked from within: by its timer, or by another tab. */
  locked(request: object): Promise<Reply>;
}

export const HOST_VERBS: readonly (keyof HostVerbs)[] = [
  ...([
    'hello',
    'look',
    'destroy',
    'close',
    'open',
    'call',
    'change',
    'listen',
    'stream',
    'pull',
    'stop',
  ] as const),
  ...(['abort', 'rest', 'watch', 'unwatch', 'release', 'held'] as const),
];

export const PAGE_VERBS: readonly (keyof PageVerbs)[] = ['tell', 'pull', 'stop', 'patch', 'locked'];

/** What stands for an argument that cannot be cloned. `id` is unique in the call. */
export type ArgumentMark =
  | { readonly kind: 'callback'; readonly id: number }
  | { readonly kind: 'signal'; readonly id: number; readonly aborted: boolean }
  | {
      readonly kind: 'source';
      readonly id: number;
      readonly name?: string;
      readonly type?: string;
      readonly size: number;
    }
  | { readonly kind: 'bytes'; readonly id: number }
  | { readonly kind: 'passkey'; readonly credentialId: string; readonly output: Uint8Array }
  | { readonly kind: 'object'; readonly target: Target }
  | { readonly kind: 'record-kind'; readonly name: string };

/** What stands for an error that a callback is told. */
export interface ErrorMark {
  readonly kind: 'error';
  readonly error: PackedError;
}

/** What stands for a result that stays in the worker: its number, and its data as it is now. */
export interface ResultMark {
  readonly kind: 'object';
  readonly handle: number;
  readonly surface: SurfaceName;
  readonly data: object;
}
