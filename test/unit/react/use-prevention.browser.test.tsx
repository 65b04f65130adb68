import { Suspense, useState } from 'react';
import { describe, expect, it } from 'vitest';
import { currentEdition } from '../../../src/prevention/edition.js';
import { type PreventionFacts, type PreventionItem, parseEdition } from '../../../src/prevention/index.js';
import { usePrevention } from '../../../src/react/use-prevention.js';
import { show, watchConsole } from '../../support/react-scene.js';

const FACTS: PreventionFacts = { birthDate: '2014-06-15', history: 'none' };

function statusOf(items: readonly PreventionItem[] | undefined, rule: string): string {
  return items?.find((item) => item.rule === rule)?.status ?? 'none';
}

describe('usePrevention', () => {
  watchConsole();

  it('shows what is due once the rules are loaded, and again when the day or the facts change', async () => {
    function Prevention({ on, facts }: { readonly on: string; readonly facts: PreventionFacts | null }) {
      const { data, pending } = usePrevention(facts, { on });
      return <p>{pending ? 'pending' : statusOf(data, 'menacwy-ado')}</p>;
    }
    const scene = show(<Prevention on="2025-06-14" facts={null} />);
    await scene.reads('pending');
    scene.render(<Prevention on="2025-06-14" facts={FACTS} />);
    await scene.reads('not-yet');
    scene.render(<Prevention on="2025-06-15" facts={FACTS} />);
    await scene.reads('due');
    const history = [{ what: 'nimenrix', date: '2025-06-15' }];
    scene.render(<Prevention on="2025-06-15" facts={{ ...FACTS, history }} />);
    await scene.reads('done');
  });

  it('gives the same list while the facts say the same', async () => {
    const lists = new Set<readonly PreventionItem[]>();
    function Prevention() {
      const [count, setCount] = useState(0);
      const { data } = usePrevention({ ...FACTS }, { on: '2025-06-15' });
      if (data !== undefined) lists.add(data);
      return (
        <button type="button" onClick={() => setCount(count + 1)}>
          {data === undefined ? 'pending' : `again ${count}`}
        </button>
      );
    }
    const scene = show(<Prevention />);
    await scene.click('again 0');
    await scene.click('again 1');
    await scene.reads('again 2');
    expect(lists.size).toBe(1);
  });

  it('waits in a boundary, with an edition of the app', async () => {
    const rules = (JSON.parse(JSON.stringify(currentEdition())) as { rules: { id: string }[] }).rules;
    const few = { ...currentEdition(), id: 'own', rules: rules.filter(({ id }) => id === 'hpv') };
    const edition = parseEdition(JSON.stringify(few));
    function Prevention() {
      const { data } = usePrevention(FACTS, { on: '2025-06-15', edition, suspense: true });
      return <p>{data.map((item) => `${item.edition} ${item.rule}`).join()}</p>;
    }
    const scene = show(
      <Suspense fallback={<p>waiting</p>}>
        <Prevention />
      </Suspense>,
    );
    await scene.reads('own hpv');
  });

  it('shows what is wrong in the facts as a sentence', async () => {
    function Prevention() {
      const { error, message } = usePrevention({ ...FACTS, birthDate: 'June' }, { on: '2025-06-15' });
      return <p>{error === null ? 'pending' : `${error.code} ${message}`}</p>;
    }
    const scene = show(<Prevention />);
    await scene.reads(/^usage\/invalid .+/);
  });
});
