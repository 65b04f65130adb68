/** What the worker of the PDF reader gives up before it sees a document. */

/**
 * All that could reach a network, a store or another thread. The reader needs none of it once its code is there, so
 * that even a document that takes the reader over finds no way out.
 */
const WAYS_OUT = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'FontFace',
  'Worker',
  'importScripts',
  'BroadcastChannel',
  'indexedDB',
  'caches',
];

/** The largest piece of memory: a scan of 40 megapixels in three colours fits. A small file may ask for any size. */
const PIECE_BYTES_MAX = 2 ** 27;

/** Takes everything from this thread that leads out of it, for good. @internal */
export function closeWaysOut(): void {
  for (const name of WAYS_OUT) {
    for (let scope: object | null = globalThis; scope !== null; scope = Object.getPrototypeOf(scope)) {
      if (scope !== globalThis && !Object.hasOwn(scope, name)) continue;
      Object.defineProperty(scope, name, { value: undefined, writable: false, configurable: false });
    }
  }
}

/**
 * Refuses larger pieces of memory than `PIECE_BYTES_MAX` from now on, and says when one was.
 *
 * The reader goes on without what it could not unpack; a browser that runs out of memory ends the whole page.
 *
 * @internal
 */
export function limitAllocations(refused: () => void): void {
  const limit = <T extends Uint8ArrayConstructor | ArrayBufferConstructor>(type: T): T =>
    new Proxy(type, {
      construct(target, given: unknown[], newTarget) {
        if (typeof given[0] === 'number' && given[0] > PIECE_BYTES_MAX) {
          refused();
          throw new RangeError('too large');
        }
        return Reflect.construct(target, given, newTarget);
      },
    });
  globalThis.Uint8Array = limit(Uint8Array);
  globalThis.ArrayBuffer = limit(ArrayBuffer);
}
