import type { TabVerb, TabVerbs } from './tab-worker.js';

/** A tab of Alice's; what it throws comes as an error whose message is the code. */
export interface Tab {
  do<Verb extends TabVerb>(
    verb: Verb,
    ...args: Parameters<TabVerbs[Verb]>
  ): Promise<Awaited<ReturnType<TabVerbs[Verb]>>>;
  /** Closes the tab without a word. */
  kill(): void;
}

/** Opens a tab over the store of this name; nothing is unlocked in it. */
export async function openTab(store: string): Promise<Tab> {
  const worker = new Worker(new URL('./tab-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  worker.addEventListener('message', ({ data }) => {
    const { id, value, code } = data;
    const call = waiting.get(id);
    waiting.delete(id);
    if (code === undefined) call?.resolve(value as never);
    else call?.reject(new Error(code));
  });
  let calls = 0;
  const tell = (verb: string, args: readonly unknown[]) =>
    new Promise<never>((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, verb, args });
    });
  await tell('place', [store]);
  return { do: (verb, ...args) => tell(verb, args), kill: () => worker.terminate() };
}
