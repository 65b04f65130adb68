import { performance } from 'node:perf_hooks';

/** One side of a comparison: does the work once and says how many milliseconds of it count. */
export type Side = (round: number) => Promise<number>;

/** The medians of two sides, in milliseconds. */
export interface Compared {
  readonly ours: number;
  readonly peer: number;
}

/** Runs both sides in turns, so that whatever else this machine does hits both; one round each warms up. */
export async function compare(
  rounds: number,
  sides: { readonly ours: Side; readonly peer: Side },
): Promise<Compared> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const times = [await sides.peer(round), await sides.ours(round)] as const;
    if (round === 0) continue;
    peer.push(times[0]);
    ours.push(times[1]);
  }
  return { ours: median(ours), peer: median(peer) };
}

/** The median time of one side, in milliseconds, after one round to warm up. */
export async function measure(rounds: number, side: Side): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const time = await side(round);
    if (round > 0) times.push(time);
  }
  return median(times);
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The value in the middle. */
export function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}
