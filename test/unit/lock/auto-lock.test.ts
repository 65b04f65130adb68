import { afterEach, describe, expect, it } from 'vitest';
import { VaultError } from '../../../src/errors.js';
import {
  type AutoLock,
  type AutoLockOptions,
  createAutoLock,
  type Lockable,
} from '../../../src/lock/auto-lock.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';

const MINUTE = 60_000;
const running: AutoLock[] = [];

afterEach(() => {
  for (const lock of running.splice(0)) lock.stop();
});

/** A person in as many tabs as the test opens: what is locked everywhere is counted, as on a device. */
function household() {
  const name = `per_${crypto.randomUUID()}`;
  const told: string[] = [];
  let count = 0;
  const tab = (): Lockable & { isLocked: boolean } => {
    const opened = count;
    const person = {
      id: name,
      isLocked: false,
      async lock() {
        person.isLocked = true;
        told.push('here');
      },
      async lockEverywhere() {
        person.isLocked = true;
        count += 1;
        told.push('everywhere');
      },
      async lockedElsewhere() {
        if (person.isLocked) throw new VaultError('access/locked');
        return count !== opened;
      },
    };
    return person;
  };
  return { name, tab, told };
}

function start(clock: ManualClock, options: Partial<AutoLockOptions> & Pick<AutoLockOptions, 'person'>) {
  const lock = createAutoLock({ afterMs: 10 * MINUTE, ...options, now: clock.now, wait: clock.wait });
  running.push(lock);
  return lock;
}

/** Lets time pass in steps that timers notice, and waits until the timer rests again or is over. */
async function pass(clock: ManualClock, lock: AutoLock, ms: number): Promise<void> {
  const step = 5000;
  for (let left = ms; left > 0; left -= step) {
    await settled(clock, lock);
    clock.advance(Math.min(step, left));
  }
  await settled(clock, lock);
}

const settled = (clock: ManualClock, lock: AutoLock) => Promise.race([clock.resting(), lock.ended]);
const stateOf = async (lock: AutoLock) => {
  const pending = new Promise<'running'>((resolve) => setTimeout(resolve, 0, 'running'));
  return Promise.race([lock.ended, pending]);
};

describe('a vault locks itself', () => {
  it('when nobody was active for so long, and not before', async () => {
    const clock = createManualClock();
    const { tab, told } = household();
    const lock = start(clock, { person: tab() });
    await pass(clock, lock, 10 * MINUTE - 1);
    expect(lock.leftMs).toBe(1);
    expect(await stateOf(lock)).toBe('running');
    await pass(clock, lock, MINUTE);
    expect(await lock.ended).toBe('idle');
    expect(told).toEqual(['everywhere']);
    expect(lock.leftMs).toBe(0);
  });

  it('later when someone is active in between', async () => {
    const clock = createManualClock();
    const { tab, told } = household();
    const lock = start(clock, { person: tab() });
    for (let i = 0; i < 5; i++) {
      await pass(clock, lock, 9 * MINUTE);
      lock.touch();
    }
    expect(lock.leftMs).toBe(10 * MINUTE);
    expect(told).toEqual([]);
    await pass(clock, lock, 11 * MINUTE);
    expect(await lock.ended).toBe('idle');
  });

  it('when the machine slept too long, whatever is touched to wake it', async () => {
    const clock = createManualClock();
    const { tab, told } = household();
    const lock = start(clock, { person: tab() });
    await pass(clock, lock, MINUTE);
    clock.sleep(3 * 60 * MINUTE);
    lock.touch();
    expect(lock.leftMs).toBe(0);
    await pass(clock, lock, MINUTE);
    expect(await lock.ended).toBe('idle');
    expect(told).toEqual(['everywhere']);
  });

  it('goes on when the machine slept a little', async () => {
    const clock = createManualClock();
    const lock = start(clock, { person: household().tab() });
    clock.sleep(5 * MINUTE);
    lock.touch();
    await pass(clock, lock, 5 * MINUTE);
    expect(await stateOf(lock)).toBe('running');
  });

  it('no later than so long after a clock was set back', async () => {
    const clock = createManualClock();
    const lock = start(clock, { person: household().tab() });
    await pass(clock, lock, 5 * MINUTE);
    clock.sleep(-60 * MINUTE);
    expect(lock.leftMs).toBe(10 * MINUTE);
    await pass(clock, lock, 11 * MINUTE);
    expect(await lock.ended).toBe('idle');
  });

  it('after a warning, which activity takes back', async () => {
    const clock = createManualClock();
    const seen: string[] = [];
    const lock = start(clock, {
      person: household().tab(),
      warnMs: 2 * MINUTE,
      onWarning: (leftMs) => seen.push(`warned at ${leftMs / MINUTE}`),
      onActive: () => seen.push('active'),
    });
    await pass(clock, lock, 7.5 * MINUTE);
    expect(seen).toEqual([]);
    await pass(clock, lock, 1 * MINUTE);
    expect(seen).toEqual(['warned at 2']);
    lock.touch();
    expect(seen).toEqual(['warned at 2', 'active']);
    await pass(clock, lock, 11 * MINUTE);
    expect(seen).toEqual(['warned at 2', 'active', 'warned at 2']);
    expect(await lock.ended).toBe('idle');
  });

  it('here alone, soon after it was locked elsewhere without this tab being told', async () => {
    const clock = createManualClock();
    const { tab, told } = household();
    const person = tab();
    const lock = start(clock, { person });
    await pass(clock, lock, MINUTE);
    await tab().lockEverywhere();
    await pass(clock, lock, MINUTE);
    expect(await lock.ended).toBe('elsewhere');
    expect(told).toEqual(['everywhere', 'here']);
    expect(person.isLocked).toBe(true);
  });

  it('and leaves alone what was opened after it had been locked by hand', async () => {
    const clock = createManualClock();
    const { tab, told } = household();
    const person = tab();
    const lock = start(clock, { person });
    await person.lock();
    await pass(clock, lock, 30 * MINUTE);
    expect(await lock.ended).toBe('elsewhere');
    expect(told).not.toContain('everywhere');
  });

  it('not once it was stopped', async () => {
    const clock = createManualClock();
    const { tab, told } = household();
    const lock = start(clock, { person: tab() });
    lock.stop();
    expect(await lock.ended).toBe('stopped');
    clock.advance(60 * MINUTE);
    lock.touch();
    expect(told).toEqual([]);
  });

  it('and tells when locking failed', async () => {
    const clock = createManualClock();
    const person = {
      ...household().tab(),
      lockEverywhere: () => Promise.reject(new VaultError('store/quota')),
    };
    const lock = start(clock, { person });
    const ended = lock.ended.catch((error: unknown) => error);
    await Promise.race([pass(clock, lock, 11 * MINUTE).catch(() => {}), ended]);
    expect(await ended).toMatchObject({ code: 'store/quota' });
  });

  it('although nobody can tell whether it was locked elsewhere', async () => {
    const clock = createManualClock();
    const person = {
      ...household().tab(),
      lockedElsewhere: () => Promise.reject(new VaultError('store/quota')),
    };
    const lock = start(clock, { person });
    await pass(clock, lock, 11 * MINUTE);
    expect(await lock.ended).toBe('idle');
  });

  it('asks for times that make sense', () => {
    const person = household().tab();
    for (const wrong of [{ afterMs: 0 }, { afterMs: Number.NaN }, { hiddenAfterMs: -1 }, { warnMs: -1 }])
      expect(() => createAutoLock({ person, afterMs: MINUTE, ...wrong })).toThrow(/usage\/invalid/);
  });
});

describe('two tabs of one person', () => {
  it('stay open while someone is active in one of them', async () => {
    const clock = createManualClock();
    const { name, tab, told } = household();
    const [reading, aside] = [start(clock, { person: tab() }), start(clock, { person: tab() })];
    const heard = listen(name);
    for (let i = 0; i < 5; i++) {
      await pass(clock, aside, 4 * MINUTE);
      reading.touch();
      await heard();
    }
    expect(aside.leftMs).toBe(10 * MINUTE);
    expect(told).toEqual([]);
  });

  it('a tab that slept asks the other before it locks everything', async () => {
    const clock = createManualClock();
    const { name, tab, told } = household();
    const heard = listen(name);
    const aside = start(clock, { person: tab() });
    await clock.resting();
    clock.sleep(60 * MINUTE);
    // The other was opened meanwhile, and someone is at it.
    const reading = start(clock, { person: tab() });
    clock.advance(5000);
    clock.advance(10_000);
    await heard('ask');
    await heard();
    await pass(clock, aside, 5000);
    expect(aside.leftMs).toBeGreaterThan(9 * MINUTE);
    expect(told).toEqual([]);
    reading.stop();
    aside.stop();
  });

  it('do not take what any script says for more than a word of activity', async () => {
    const clock = createManualClock();
    const { name, tab } = household();
    const lock = start(clock, { person: tab() });
    const heard = listen(name);
    await pass(clock, lock, 5 * MINUTE);
    const script = new BroadcastChannel(`coffret/active/${name}`);
    for (const word of [
      null,
      'lock',
      -1,
      [-5 * MINUTE, true],
      ['0', true],
      { idleMs: 0 },
      [Number.NaN, true],
    ]) {
      script.postMessage(word);
      await heard('anything');
    }
    script.close();
    expect(lock.leftMs).toBe(5 * MINUTE);
  });
});

/** Hears what tabs say: resolves at the next `ask`, at the next thing told, or at anything, once it is known everywhere. */
function listen(name: string): (what?: 'ask' | 'told' | 'anything') => Promise<void> {
  const channel = new BroadcastChannel(`coffret/active/${name}`);
  running.push({ stop: () => channel.close() } as AutoLock);
  const messages: unknown[] = [];
  let ring = () => {};
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    messages.push(data);
    ring();
  };
  return async (what = 'told') => {
    const fits = (data: unknown) => what === 'anything' || (data === 'ask') === (what === 'ask');
    while (!messages.some(fits))
      await new Promise<void>((resolve) => {
        ring = resolve;
      });
    messages.splice(0);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
}
