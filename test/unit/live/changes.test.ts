import { describe, expect, it } from 'vitest';
import { Changes } from '../../../src/live/changes.js';

/** Resolves at the next notice. */
const notice = (changes: Changes) =>
  new Promise<string>((resolve) => {
    const stop = changes.watch((what) => {
      stop();
      resolve(what ?? 'change');
    });
  });

describe('notices of changes', () => {
  it('are told soon, and several at once as one', async () => {
    const changes = new Changes();
    let told = 0;
    changes.watch(() => told++);
    for (let i = 0; i < 100; i++) changes.notify();
    expect(told).toBe(0);
    await notice(changes);
    expect(told).toBe(1);
  });

  it('that come closely after another are told too, once', async () => {
    const changes = new Changes();
    let told = 0;
    changes.watch(() => told++);
    changes.notify();
    await notice(changes);
    for (let i = 0; i < 100; i++) changes.notify();
    await notice(changes);
    expect(told).toBe(2);
  });

  it('go to who listens then, and not to who was taken off by another', async () => {
    const changes = new Changes();
    const heard: string[] = [];
    let stop = (): void => {};
    changes.watch(() => {
      heard.push('first');
      stop();
    });
    stop = changes.watch(() => heard.push('second'));
    changes.notify();
    await notice(changes);
    expect(heard).toEqual(['first']);
  });

  it('end once for everyone, and at once for who comes later', async () => {
    const changes = new Changes();
    const heard: unknown[] = [];
    changes.watch((what) => heard.push(what));
    changes.end();
    changes.end();
    changes.notify();
    expect(heard).toEqual(['end']);
    expect(await notice(changes)).toBe('end');
  });
});
