import { Component, type ReactNode, StrictMode } from 'react';
import { createRoot, type RootOptions } from 'react-dom/client';
import { afterEach, beforeEach, expect, vi } from 'vitest';

/** Something rendered on the page, as an app renders it: with `StrictMode`, and no `act`. */
export interface Scene {
  readonly container: HTMLElement;
  readonly text: () => string;
  /** Waits until the page reads so. */
  readonly reads: (wanted: string | RegExp) => Promise<void>;
  readonly render: (children: ReactNode) => void;
  readonly unmount: () => void;
  /** Clicks the button that says so, once it is there. */
  readonly click: (label: string) => Promise<void>;
}

const open = new Set<Scene>();

/** Renders on a page of its own. */
export function show(children: ReactNode, options: RootOptions & { readonly strict?: boolean } = {}): Scene {
  const { strict = true, ...rest } = options;
  const container = document.body.appendChild(document.createElement('div'));
  const root = createRoot(container, rest);
  const text = () => container.innerText.trim();
  const scene: Scene = {
    container,
    text,
    async reads(wanted) {
      await vi.waitFor(
        () => {
          if (typeof wanted === 'string') expect(text()).toBe(wanted);
          else expect(text()).toMatch(wanted);
        },
        { interval: 10 },
      );
    },
    render: (next) => root.render(strict ? <StrictMode>{next}</StrictMode> : next),
    unmount() {
      if (!open.delete(scene)) return;
      root.unmount();
      container.remove();
    },
    async click(label) {
      const button = await vi.waitFor(
        () => {
          const found = [...container.querySelectorAll('button')].find(
            ({ innerText }) => innerText === label,
          );
          if (found === undefined) throw new Error(`no button ${label} in: ${container.innerHTML}`);
          return found;
        },
        { interval: 5 },
      );
      button.click();
    },
  };
  open.add(scene);
  scene.render(children);
  return scene;
}

/** Shows what was thrown below it; `again` renders anew. */
export class Boundary extends Component<
  { readonly children: ReactNode },
  { readonly thrown: { readonly value: unknown } | null }
> {
  override state = { thrown: null as { readonly value: unknown } | null };

  static getDerivedStateFromError(value: unknown) {
    return { thrown: { value } };
  }

  override render(): ReactNode {
    const { thrown } = this.state;
    if (thrown === null) return this.props.children;
    const { code = String(thrown.value) } = thrown.value as { readonly code?: string };
    return (
      <p>
        caught {code}{' '}
        <button type="button" onClick={() => this.setState({ thrown: null })}>
          again
        </button>
      </p>
    );
  }
}

/** Before each test an empty page and a console that is watched; after it nothing is left, and nothing was said. */
export function watchConsole(): { readonly said: unknown[][] } {
  const said: unknown[][] = [];
  beforeEach(() => {
    said.length = 0;
    for (const method of ['error', 'warn'] as const)
      vi.spyOn(console, method).mockImplementation((...words) => void said.push(words));
  });
  afterEach(() => {
    for (const scene of [...open]) scene.unmount();
    vi.restoreAllMocks();
    expect(said).toEqual([]);
  });
  return { said };
}
