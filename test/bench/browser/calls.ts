/** Calls from a page to a worker of its own, by name. */

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

/** A worker whose functions can be called. */
export interface CallableWorker<H extends Handlers> {
  call<Name extends keyof H & string>(
    name: Name,
    argument: Parameters<H[Name]>[0],
  ): Promise<Awaited<ReturnType<H[Name]>>>;
}

/** In the worker: answers calls. */
export function serve(handlers: Handlers): void {
  addEventListener('message', async ({ data: { id, name, argument } }: MessageEvent<Call>) => {
    try {
      postMessage({ id, value: await handlers[name]?.(argument as never) } satisfies Answer);
    } catch (error) {
      postMessage({ id, error: String((error as Error).stack) } satisfies Answer);
    }
  });
}

/** In the page: starts the worker at `path`. */
export function startWorker<H extends Handlers>(path: string): CallableWorker<H> {
  const { trustedTypes } = globalThis as unknown as {
    trustedTypes: {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): { createScriptURL(url: string): string };
    };
  };
  const policy = trustedTypes.createPolicy('bench', { createScriptURL: (url) => url });
  const worker = new Worker(policy.createScriptURL(path), { type: 'module' });
  const waiting = new Map<number, (answer: Answer) => void>();
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => waiting.get(data.id)?.(data));
  worker.addEventListener('error', ({ message }) => console.error(`${path}: ${message}`));
  let calls = 0;
  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        const id = calls++;
        waiting.set(id, (answer) => {
          waiting.delete(id);
          if ('error' in answer) reject(new Error(answer.error));
          else resolve(answer.value as never);
        });
        worker.postMessage({ id, name, argument } satisfies Call);
      }),
  };
}
