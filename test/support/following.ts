import type { Live } from '../../src/index.js';

/** The first value of a live one for which this holds; fails when it ends before. */
export async function until<T>(live: Live<T>, holds: (value: T) => boolean): Promise<T> {
  for await (const value of live) if (holds(value)) return value;
  throw new Error('it ended before');
}

/** Everything that a live value tells one observer, until `stop`. */
export function following<T>(live: Live<T>): {
  readonly said: T[];
  /** Resolves once the last thing said is one for which this holds. */
  until(holds: (value: T) => boolean): Promise<void>;
  readonly stop: () => void;
} {
  const said: T[] = [];
  const waiting = new Set<() => void>();
  const stop = live.subscribe((value) => {
    said.push(value);
    for (const look of [...waiting]) look();
  });
  const until = (holds: (value: T) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (said.length === 0 || !holds(said.at(-1) as T)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { said, until, stop };
}
