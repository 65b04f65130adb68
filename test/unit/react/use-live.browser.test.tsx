import { memo, startTransition, Suspense, useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { VaultError } from '../../../src/errors.js';
import { createLive, type Live } from '../../../src/live/live.js';
import { type LiveOptions, useLive } from '../../../src/react/use-live.js';
import { Boundary, show, watchConsole } from '../../support/react-scene.js';

/** A value under the test's thumb. */
class Value<T> {
  #value: T | undefined;
  #error: unknown = null;
  #version = 0;
  readonly #watchers = new Set<(notice?: 'end') => void>();
  readonly live: Live<T>;

  constructor(value?: T) {
    this.#value = value;
    this.live = createLive<T>({
      version: () => this.#version,
      read: () => {
        if (this.#error !== null) throw this.#error;
        return this.#value;
      },
      watch: (onNotice) => {
        this.#watchers.add(onNotice);
        return () => this.#watchers.delete(onNotice);
      },
    });
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  set(value: T): void {
    this.#error = null;
    this.#value = value;
    this.#tell();
  }

  fail(error: unknown): void {
    this.#error = error;
    this.#tell();
  }

  end(): void {
    for (const watcher of [...this.#watchers]) watcher('end');
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function Title({ live, suspense = false }: { readonly live: Live<string> | null } & LiveOptions) {
  const { data, pending, error, message } = useLive(live, { suspense });
  if (pending) return <p>pending</p>;
  return error === null ? <p>{data}</p> : <p lang="en">{`${error.code}: ${message}`}</p>;
}

describe('useLive', () => {
  const { said } = watchConsole();

  it('shows what is there at once, then every change', async () => {
    const value = new Value('TSH');
    const texts: (string | undefined)[] = [];
    function Watching() {
      texts.push(useLive(value.live).data);
      return <p>{texts.at(-1)}</p>;
    }
    const scene = show(<Watching />);
    await scene.reads('TSH');
    value.set('TSH, corrected');
    await scene.reads('TSH, corrected');
    expect(new Set(texts)).toEqual(new Set(['TSH', 'TSH, corrected']));
  });

  it('is pending until there is a value', async () => {
    const value = new Value<string>();
    const scene = show(<Title live={value.live} />);
    await scene.reads('pending');
    value.set('TSH');
    await scene.reads('TSH');
  });

  it('is pending for null, and takes the value when there is one', async () => {
    const value = new Value('TSH');
    const scene = show(<Title live={null} />);
    await scene.reads('pending');
    scene.render(<Title live={value.live} />);
    await scene.reads('TSH');
  });

  it('gives the error with its sentence, and the value that follows it', async () => {
    const value = new Value('TSH');
    const scene = show(<Title live={value.live} />);
    value.fail(new VaultError('integrity/open-failed'));
    await scene.reads(/^integrity\/open-failed: The data could not be opened/);
    value.set('TSH');
    await scene.reads('TSH');
  });

  it('shows nothing of a value that has ended, and says that it is locked', async () => {
    const value = new Value('TSH');
    const scene = show(<Title live={value.live} />);
    await scene.reads('TSH');
    value.end();
    await scene.reads(/^access\/locked/);
    expect(scene.container.innerHTML).not.toContain('TSH');
  });

  it('hands what is no VaultError to the error boundary', async () => {
    const value = new Value('TSH');
    const uncaught = vi.fn();
    const scene = show(
      <Boundary>
        <Title live={value.live} />
      </Boundary>,
    );
    await scene.reads('TSH');
    value.fail(new TypeError('a mistake'));
    await scene.reads(/caught TypeError: a mistake/);
    expect(uncaught).not.toHaveBeenCalled();
    expect(said.length).toBeGreaterThan(0);
    said.length = 0;
  });

  it('lets go of the value when the component goes, also in StrictMode', async () => {
    const value = new Value('TSH');
    const scene = show(<Title live={value.live} />);
    await scene.reads('TSH');
    expect(value.watchers).toBe(1);
    scene.unmount();
    expect(value.watchers).toBe(0);
  });

  it('tells nobody when the component went before the first value', async () => {
    const value = new Value<string>();
    const scene = show(<Title live={value.live} />);
    await scene.reads('pending');
    scene.unmount();
    value.set('TSH');
    expect(value.watchers).toBe(0);
  });

  it('gives the same result object to every render in which nothing changed', async () => {
    const value = new Value('TSH');
    const results = new Set<unknown>();
    let again = (_: number) => {};
    function Watching() {
      const [turn, setTurn] = useState(0);
      again = setTurn;
      results.add(useLive(value.live).data);
      return <p>{turn}</p>;
    }
    const scene = show(<Watching />, { strict: false });
    await scene.reads('0');
    again(1);
    await scene.reads('1');
    expect(results.size).toBe(1);
  });

  describe('with suspense', () => {
    it('waits in the nearest boundary, for one promise however often React starts over', async () => {
      const value = new Value<string>();
      const scene = show(
        <Suspense fallback={<p>waiting</p>}>
          <Title live={value.live} suspense />
        </Suspense>,
      );
      await scene.reads('waiting');
      // The promise alone listens so far, and once for all renders.
      expect(value.watchers).toBe(1);
      scene.render(
        <Suspense fallback={<p>still waiting</p>}>
          <Title live={value.live} suspense />
        </Suspense>,
      );
      await scene.reads('still waiting');
      expect(value.watchers).toBe(1);
      value.set('TSH');
      await scene.reads('TSH');
    });

    it('throws an error to the boundary, and shows the value after another try', async () => {
      const value = new Value<string>();
      const scene = show(
        <Boundary>
          <Suspense fallback={<p>waiting</p>}>
            <Title live={value.live} suspense />
          </Suspense>
        </Boundary>,
      );
      await scene.reads('waiting');
      value.fail(new VaultError('store/damaged'));
      await scene.reads(/caught store\/damaged/);
      value.set('TSH');
      await scene.click('again');
      await scene.reads('TSH');
      expect(said.length).toBeGreaterThan(0);
      said.length = 0;
    });

    it('keeps the former value on the page while a transition waits for the next', async () => {
      const [first, second] = [new Value('TSH'), new Value<string>()];
      let change = (_: Live<string>) => {};
      function Choosing() {
        const [live, setLive] = useState<Live<string>>(first.live);
        change = (next) => startTransition(() => setLive(next));
        return (
          <Suspense fallback={<p>waiting</p>}>
            <Title live={live} suspense />
          </Suspense>
        );
      }
      const texts = new Set<string>();
      const scene = show(<Choosing />);
      new MutationObserver(() => texts.add(scene.text())).observe(scene.container, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      await scene.reads('TSH');
      change(second.live);
      await vi.waitFor(() => expect(second.watchers).toBe(1));
      second.set('Ferritin');
      await scene.reads('Ferritin');
      expect([...texts]).toEqual(['TSH', 'Ferritin']);
    });
  });

  it('never shows two moments at once, whatever changes in the middle of a render', async () => {
    const value = new Value(0);
    const torn: string[] = [];
    let changed = 0;
    const Row = memo(function Row({ turn, at }: { readonly turn: number; readonly at: number }) {
      const { data } = useLive(value.live);
      // React yields every 5 ms, and that is when a microtask of the render runs: with a third of the rows rendered.
      const until = performance.now() + 1;
      while (performance.now() < until);
      if (at === 20 && turn > changed) {
        changed = turn;
        queueMicrotask(() => value.set(turn));
      }
      return <li data-turn={turn}>{data}</li>;
    });
    let next = (_: number) => {};
    function Rows() {
      const [turn, setTurn] = useState(0);
      next = (to) => startTransition(() => setTurn(to));
      return (
        <ul>
          {Array.from({ length: 60 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows never move
            <Row key={i} turn={turn} at={i} />
          ))}
        </ul>
      );
    }
    const scene = show(<Rows />, { strict: false });
    await vi.waitFor(() => expect(scene.container.querySelectorAll('li')).toHaveLength(60));
    new MutationObserver(() => {
      const shown = new Set([...scene.container.querySelectorAll('li')].map(({ innerText }) => innerText));
      if (shown.size > 1) torn.push([...shown].join(' '));
    }).observe(scene.container, { subtree: true, childList: true, characterData: true });
    for (let turn = 1; turn <= 5; turn++) {
      next(turn);
      await vi.waitFor(() => {
        const [row] = scene.container.querySelectorAll('li');
        expect(row?.dataset.turn).toBe(String(turn));
        expect(row?.innerText).toBe(String(turn));
      });
    }
    expect(torn).toEqual([]);
  });
});
