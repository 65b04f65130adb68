/** Calls from a page to a worker of its own, by name. */

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Answer =
  | { readonly id: number; readonly type: 'told'; readonly value: unknown }
  | { readonly id: number; readonly type: 'value'; readonly value: unknown }
  | { readonly id: number; readonly type: 'error'; readonly message: string };

type Handlers = Readonly<Record<string, (argument: never, tell: (value: unknown) => void) => unknown>>;

/** A worker whose functions can be called. */
export interface CallableWorker<H extends Handlers> {
  call<Name extends keyof H & string>(
    name: Name,
    argument?: Parameters<H[Name]>[0],
    told?: (value: unknown) => void,
  ): Promise<Awaited<ReturnType<H[Name]>>>;
  terminate(): void;
}

/** In the worker: answers calls, and says once that it does. */
export function serve(handlers: Handlers): void {
  addEventListener('message', async ({ data }: MessageEvent<Call>) => {
    const { id, name, argument } = data;
    const reply = (answer: Answer) => postMessage(answer);
    try {
      const tell = (value: unknown) => reply({ id, type: 'told', value });
      reply({ id, type: 'value', value: await handlers[name]?.(argument as never, tell) });
    } catch (error) {
      reply({
        id,
        type: 'error',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  });
}

/** In the page: starts the worker at `path`. */
export function startWorker<H extends Handlers>(path: string): CallableWorker<H> {
  const worker = new Worker(path, { type: 'module' });
  const waiting = new Map<number, (answer: Answer) => void>();
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => waiting.get(data.id)?.(data));
  worker.addEventListener('error', ({ message }) => console.error(`${path}: ${message}`));
  let calls = 0;
  return {
    call: (name, argument, told) =>
      new Promise((resolve, reject) => {
        const id = calls++;
        waiting.set(id, (answer) => {
          if (answer.type === 'told') return told?.(answer.value);
          waiting.delete(id);
          if (answer.type === 'error') return reject(new Error(answer.message));
          return resolve(answer.value as never);
        });
        worker.postMessage({ id, name, argument } satisfies Call);
      }),
    terminate: () => worker.terminate(),
  };
}
