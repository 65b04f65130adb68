import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { VaultError } from '../../../src/errors.js';
import { type ActionOptions, useAction, type Work } from '../../../src/react/index.js';
import { Boundary, show, watchConsole } from '../../support/react-scene.js';

/** Work that ends when the test says so. */
class Job {
  readonly name: string;
  readonly work: Work;
  readonly result: Promise<string>;
  finish: (result: string) => void = () => {};
  fail: (error: unknown) => void = () => {};

  constructor(name: string, work: Work) {
    this.name = name;
    this.work = work;
    this.result = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    work.signal.addEventListener('abort', () => this.fail(new VaultError('usage/aborted')));
  }
}

/** A page with one action, whose jobs the test holds. */
function play(options: ActionOptions = {}) {
  const jobs: Job[] = [];
  const outcomes: unknown[] = [];
  function Page() {
    const [next, setNext] = useState(1);
    const action = useAction((name: string, work) => {
      const job = new Job(name, work);
      jobs.push(job);
      return job.result;
    }, options);
    const run = () => {
      setNext(next + 1);
      void action.run(`job ${next}`).then((outcome) => outcomes.push(outcome));
    };
    const { pending, data, error, message, progress, reset, abort } = action;
    return (
      <>
        <p>
          {[
            pending ? 'pending' : 'idle',
            data,
            error?.code,
            message,
            progress && `${progress.done}/${progress.total}`,
          ]
            .filter((part) => part != null)
            .join(' · ')}
        </p>
        <button type="button" onClick={run}>
          run
        </button>
        <button type="button" onClick={reset}>
          reset
        </button>
        <button type="button" onClick={abort}>
          abort
        </button>
      </>
    );
  }
  const scene = show(
    <Boundary>
      <Page />
    </Boundary>,
  );
  const reads = (text: string) =>
    vi.waitFor(() => expect(scene.container.querySelector('p')?.innerText).toBe(text), { interval: 5 });
  const begin = async () => {
    const before = jobs.length;
    await scene.click('run');
    await vi.waitFor(() => expect(jobs.length).toBeGreaterThan(before));
    return jobs.at(-1) as Job;
  };
  return { scene, jobs, outcomes, reads, begin };
}

describe('useAction', () => {
  const { said } = watchConsole();

  it('is idle, pending, and then has what came of it', async () => {
    const { begin, reads, outcomes } = play();
    await reads('idle');
    const job = await begin();
    await reads('pending');
    job.finish('done');
    await reads('idle · done');
    expect(outcomes).toEqual(['done']);
  });

  it('passes the value on, and shows how far the work is', async () => {
    const { begin, reads } = play();
    await reads('idle');
    const job = await begin();
    expect(job.name).toBe('job 1');
    job.work.onProgress({ phase: 'encrypt', done: 1, total: 4 });
    await reads('pending · 1/4');
    job.finish('done');
    await reads('idle · done');
  });

  it('gives the error with its sentence, rejects nothing, and forgets both at the next run', async () => {
    const { begin, reads, outcomes } = play();
    await reads('idle');
    (await begin()).fail(new VaultError('sync/quota'));
    await reads('idle · sync/quota · The space on the server is used up; nothing already saved was lost.');
    expect(outcomes).toEqual([undefined]);
    const job = await begin();
    await reads('pending');
    job.finish('done');
    await reads('idle · done');
  });

  it('lets all runs go side by side, and is pending until the last has ended', async () => {
    const { begin, reads } = play();
    await reads('idle');
    const first = await begin();
    const second = await begin();
    second.finish('second');
    await reads('pending · second');
    expect(first.work.signal.aborted).toBe(false);
    first.finish('first');
    await reads('idle · first');
  });

  it('lets the latest win, and aborts the one before', async () => {
    const { begin, reads, outcomes } = play({ overlap: 'latest' });
    await reads('idle');
    const first = await begin();
    const second = await begin();
    expect(first.work.signal.aborted).toBe(true);
    first.finish('first');
    second.finish('second');
    await reads('idle · second');
    expect(outcomes).toEqual([undefined, 'second']);
  });

  it('lets the first finish, and begins nothing meanwhile', async () => {
    const { scene, begin, jobs, reads, outcomes } = play({ overlap: 'first' });
    await reads('idle');
    const first = await begin();
    await scene.click('run');
    await vi.waitFor(() => expect(outcomes).toEqual([undefined]));
    expect(jobs).toHaveLength(1);
    first.finish('first');
    await reads('idle · first');
    (await begin()).finish('second');
    await reads('idle · second');
  });

  it('is idle at once when it is aborted, without an error', async () => {
    const { scene, begin, reads, outcomes } = play();
    await reads('idle');
    const job = await begin();
    await reads('pending');
    await scene.click('abort');
    await reads('idle');
    expect(job.work.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(outcomes).toEqual([undefined]));
    await reads('idle');
  });

  it('forgets what it shows, and what is still to come', async () => {
    const { scene, begin, reads, outcomes } = play();
    await reads('idle');
    const job = await begin();
    await scene.click('reset');
    await reads('idle');
    job.finish('late');
    await vi.waitFor(() => expect(outcomes).toEqual(['late']));
    await reads('idle');
    (await begin()).finish('next');
    await reads('idle · next');
  });

  it('finishes its work when the component goes, and tells nobody', async () => {
    const { scene, begin, outcomes } = play();
    const job = await begin();
    scene.unmount();
    expect(job.work.signal.aborted).toBe(false);
    job.work.onProgress({ phase: 'encrypt', done: 1, total: 4 });
    job.finish('done');
    await vi.waitFor(() => expect(outcomes).toEqual(['done']));
  });

  it('aborts its work when the component goes, if asked to', async () => {
    const { scene, begin, outcomes } = play({ abortOnUnmount: true });
    const job = await begin();
    scene.unmount();
    expect(job.work.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(outcomes).toEqual([undefined]));
  });

  it('hands what is no VaultError to the error boundary', async () => {
    const { scene, begin, outcomes } = play();
    (await begin()).fail(new RangeError('a mistake'));
    await scene.reads(/caught RangeError: a mistake/);
    expect(outcomes).toEqual([undefined]);
    expect(said.length).toBeGreaterThan(0);
    said.length = 0;
  });

  it('runs the function of the last render, and keeps its verbs the same', async () => {
    const verbs = new Set<unknown>();
    const seen: number[] = [];
    let again = (_: number) => {};
    function Page() {
      const [turn, setTurn] = useState(0);
      again = setTurn;
      const { run } = useAction(() => {
        seen.push(turn);
        return Promise.resolve();
      });
      verbs.add(run);
      return (
        <button type="button" onClick={() => void run()}>
          {`turn ${turn}`}
        </button>
      );
    }
    const scene = show(<Page />, { strict: false });
    await scene.reads('turn 0');
    await scene.click('turn 0');
    again(1);
    await scene.reads('turn 1');
    await scene.click('turn 1');
    expect(seen).toEqual([0, 1]);
    expect(verbs.size).toBe(1);
  });
});
