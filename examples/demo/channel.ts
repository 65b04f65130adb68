import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ActorEvent, createActor, type Verbs } from './actor.js';

/** An actor's process, seen from the director. */
export interface ActorProcess {
  call<Verb extends keyof Verbs>(
    verb: Verb,
    ...rest: Parameters<Verbs[Verb]>
  ): Promise<Awaited<ReturnType<Verbs[Verb]>>>;
  /** Hears of progress until the next listener. */
  listen(onEvent: (event: ActorEvent) => void): void;
  /** Ends the process, without a word to it. */
  kill(): Promise<void>;
}

type Question = { readonly call: number; readonly verb: keyof Verbs; readonly argument: unknown };
type Answer =
  | { readonly event: ActorEvent }
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: { readonly message: string; readonly code?: string } };

/** Starts a process that plays one person; `program` is this very program. */
export function startActor(program: string, name: string): ActorProcess {
  // No environment: whatever an actor knows was told to it, or is in its own store.
  const child: ChildProcess = fork(program, ['--play', name], { env: { PATH: process.env.PATH } });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let onEvent: (event: ActorEvent) => void = () => {};
  child.on('message', (answer: Answer) => {
    if ('event' in answer) return onEvent(answer.event);
    const asked = waiting.get(answer.call);
    waiting.delete(answer.call);
    if ('error' in answer)
      asked?.reject(Object.assign(new Error(`${name}: ${answer.error.message}`), answer.error));
    else asked?.resolve(answer.result as never);
  });
  const gone = once(child, 'exit');
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`The process of ${name} ended.`));
    waiting.clear();
  });
  return {
    call(verb, ...[argument]) {
      const call = ++calls;
      const question: Question = { call, verb, argument };
      return new Promise((resolve, reject) => {
        waiting.set(call, { resolve, reject });
        child.send(question, (error) => error !== null && reject(error));
      });
    },
    listen(listener) {
      onEvent = listener;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** The other end: plays one person until the director goes away. */
export function play(): void {
  const send = (answer: Answer) => process.send?.(answer);
  const verbs = createActor((event) => send({ event }));
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group; the director decides what happens.
  process.on('SIGINT', () => {});
  process.on('message', async ({ call, verb, argument }: Question) => {
    try {
      const result: unknown = await verbs[verb](argument as never);
      send({ call, result: result ?? null });
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      send({ call, error: { message, ...(code === undefined ? {} : { code }) } });
    }
  });
}
