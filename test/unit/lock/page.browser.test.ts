import { afterEach, describe, expect, it, vi } from 'vitest';
import { type AutoLock, createAutoLock } from '../../../src/lock/auto-lock.js';
import { createManualClock } from '../../support/manual-clock.js';

const MINUTE = 60_000;
let lock: AutoLock;

afterEach(() => {
  vi.restoreAllMocks();
  lock.stop();
});

function open(hiddenAfterMs = 10 * MINUTE) {
  const clock = createManualClock();
  const person = {
    id: crypto.randomUUID(),
    lock: vi.fn(async () => {}),
    lockEverywhere: vi.fn(async () => {}),
    lockedElsewhere: vi.fn(async () => false),
  };
  lock = createAutoLock({ person, afterMs: 10 * MINUTE, hiddenAfterMs, now: clock.now, wait: clock.wait });
  return { clock, person };
}

function show(isVisible: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(!isVisible);
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('a page', () => {
  it.each([
    ['a moved pointer', () => new PointerEvent('pointermove', { bubbles: true })],
    ['a pressed pointer', () => new PointerEvent('pointerdown', { bubbles: true })],
    ['a key', () => new KeyboardEvent('keydown', { bubbles: true })],
    ['the wheel', () => new WheelEvent('wheel', { bubbles: true })],
    ['a scrolled part', () => new Event('scroll')],
  ])('counts %s as activity, even where the app stops it', async (_, event) => {
    const { clock } = open();
    const part = document.body.appendChild(document.createElement('div'));
    part.addEventListener('keydown', (stopped) => stopped.stopPropagation());
    clock.sleep(5 * MINUTE);
    part.dispatchEvent(event());
    expect(lock.leftMs).toBe(10 * MINUTE);
    part.remove();
  });

  it('locks sooner while it is hidden, and not for having been hidden', async () => {
    const { clock, person } = open(2 * MINUTE);
    show(false);
    clock.sleep(MINUTE);
    expect(lock.leftMs).toBe(MINUTE);
    show(true);
    expect(lock.leftMs).toBe(9 * MINUTE);
    show(false);
    await clock.resting();
    clock.advance(2 * MINUTE);
    await clock.resting();
    clock.advance(MINUTE);
    expect(await lock.ended).toBe('idle');
    expect(person.lockEverywhere).toHaveBeenCalledOnce();
  });

  it('that was hidden too long is locked when it shows again', async () => {
    const { clock } = open(2 * MINUTE);
    show(false);
    await clock.resting();
    clock.sleep(3 * MINUTE);
    show(true);
    expect(lock.leftMs).toBe(0);
    document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    expect(lock.leftMs).toBe(0);
    await clock.resting();
    clock.advance(1000);
    expect(await lock.ended).toBe('idle');
  });

  it.each([
    ['is looked at again', () => window.dispatchEvent(new Event('focus'))],
    ['comes back from the cache', () => window.dispatchEvent(new Event('pageshow'))],
    ['is thawed', () => document.dispatchEvent(new Event('resume'))],
  ])('asks at once whether it was locked elsewhere when it %s', async (_, wake) => {
    const { clock, person } = open();
    await clock.resting();
    person.lockedElsewhere.mockResolvedValue(true);
    wake();
    expect(await lock.ended).toBe('elsewhere');
    expect(person.lock).toHaveBeenCalledOnce();
  });

  it('does not ask at every movement', async () => {
    const { clock, person } = open();
    await clock.resting();
    for (let i = 0; i < 100; i++) document.dispatchEvent(new PointerEvent('pointermove'));
    await clock.resting();
    expect(person.lockedElsewhere).toHaveBeenCalledOnce();
  });

  it('hears nothing any more once it is over', async () => {
    const { clock } = open();
    lock.stop();
    expect(await lock.ended).toBe('stopped');
    clock.sleep(MINUTE);
    document.dispatchEvent(new PointerEvent('pointermove'));
    expect(lock.leftMs).toBe(9 * MINUTE);
  });
});
