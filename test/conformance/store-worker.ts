/** A dedicated worker that opens stores and does to them what the page asks; see `remote-store.ts`. */
import { isVaultError } from '../../src/errors.js';
import { type BlobSink, openIndexedDbStore, type Store } from '../../src/store/index.js';

/** Calls `method` of a store, of its blobs or of a sink, or opens a store when `target` is null. */
export interface Request {
  readonly call: number;
  readonly target: number | null;
  readonly method: string;
  readonly parameters: readonly unknown[];
}

/** The answer to a request; a new store or sink is named by `opened`, and a sink tells its offset each time. */
export interface Answer {
  readonly call: number;
  readonly value?: unknown;
  readonly opened?: number;
  readonly offset?: number | undefined;
  readonly failure?: { readonly code: string; readonly details: unknown };
}

type Method = (...parameters: readonly unknown[]) => Promise<unknown>;

const targets: (Store | BlobSink)[] = [];

async function answer({ target, method, parameters }: Request): Promise<Omit<Answer, 'call'>> {
  if (target === null) {
    return { opened: targets.push(await openIndexedDbStore({ name: String(parameters[0]) })) - 1 };
  }
  const found = targets[target] as Store | BlobSink;
  const [name = '', inner] = method.split('.');
  const receiver = inner === undefined ? found : (found as Store).blobs;
  const value = await (receiver as unknown as Record<string, Method>)[inner ?? name]?.(...parameters);
  if (method === 'blobs.write') {
    return { opened: targets.push(value as BlobSink) - 1, offset: (value as BlobSink).offset };
  }
  return { value, offset: (found as Partial<BlobSink>).offset };
}

addEventListener('message', async ({ data }: MessageEvent<Request>) => {
  const found = data.target === null ? undefined : (targets[data.target] as Partial<BlobSink>);
  const reply = await answer(data).catch((error: unknown) => {
    if (!isVaultError(error)) throw error;
    return { failure: { code: error.code, details: error.details }, offset: found?.offset };
  });
  postMessage({ call: data.call, ...reply } satisfies Answer);
});
