import { Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../../src/index.js';
import { useDevice, useDocuments, VaultProvider } from '../../../src/react/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { watchConsole } from '../../support/react-scene.js';

describe('on a server', () => {
  watchConsole();
  let stage: Stage;
  let alice: Person;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    await vault.documents.add(new Blob(['TSH']), { category: 'laboratory', title: 'TSH' });
  });
  afterAll(() => stage.close());

  function App() {
    const { state } = useDevice();
    const { data, pending } = useDocuments();
    return (
      <p>
        {state} {pending ? 'pending' : data?.map(({ title }) => title)}
      </p>
    );
  }
  function Waiting() {
    const { data } = useDocuments({}, { suspense: true });
    return <p>{data.map(({ title }) => title)}</p>;
  }
  const page = () => (
    <VaultProvider person={alice}>
      <App />
      <Suspense fallback={<p>waiting</p>}>
        <Waiting />
      </Suspense>
    </VaultProvider>
  );

  it('renders nothing of a person, starts nothing, and lets the browser go on from there', async () => {
    const source = vi.fn();
    const none = renderToString(
      <VaultProvider source={source}>
        <App />
      </VaultProvider>,
    );
    expect(none).toMatch(/starting.*pending/);
    const html = renderToString(page());
    expect(html).toMatch(/starting[\s\S]*pending[\s\S]*<p>waiting/);
    expect(html).not.toContain('TSH');

    const container = document.body.appendChild(document.createElement('div'));
    container.innerHTML = html;
    const recovered: unknown[] = [];
    const root = hydrateRoot(container, page(), {
      // What a boundary left to the browser is reported here, and is no error.
      onRecoverableError: (error) => recovered.push(error),
    });
    await vi.waitFor(() => expect(container.innerText).toBe('open TSH\n\nTSH'));
    expect(recovered.length).toBeLessThanOrEqual(1);
    expect(source).not.toHaveBeenCalled();
    root.unmount();
    container.remove();
  });
});
