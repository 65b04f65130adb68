import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import { InVault, useSearch, VaultProvider } from '../../../src/react/index.js';
import type { InWorker } from '../../../src/worker/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { show, watchConsole } from '../../support/react-scene.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

describe('a search in components', () => {
  watchConsole();
  let stage: Stage;
  let party: WorkerParty;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage);
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  const people = {
    'on the page': () => stage.enter('alice'),
    'in a worker': () => party.enter('berta'),
  } satisfies Record<string, () => Promise<Person | InWorker<Person>>>;

  it.each(Object.keys(people) as (keyof typeof people)[])(
    'follows the vault, and never shows results of another text, %s',
    async (where) => {
      const person: Person | InWorker<Person> = await people[where]();
      const vault: Vault | InWorker<Vault> = await person.createVault({ holder: { birthName: 'Martel' } });
      const add = (title: string, text: string) =>
        vault.documents.add(new Blob([text], { type: 'text/plain' }), { category: 'report', title });
      await add('Genou', 'Rupture du ligament.');
      await add('Rein', 'Lithiase.');
      const rendered: string[] = [];
      function Found({ text }: { readonly text: string }) {
        const { data, error } = useSearch(text, { limit: 5 });
        const titles = data?.hits.map(({ title }) => title).join(', ');
        rendered.push(`${text}: ${titles ?? ''}`);
        return <p>{`${text}: ${error?.code ?? titles ?? 'waiting'}`}</p>;
      }
      const page = (text: string) => (
        <VaultProvider person={person}>
          <InVault vault={vault}>
            <Found text={text} />
          </InVault>
        </VaultProvider>
      );
      const scene = show(page('ligament'));
      await scene.reads('ligament: Genou');
      scene.render(page('lithiase'));
      await scene.reads('lithiase: Rein');
      for (const text of ['l', 'li', 'lig', 'lit']) scene.render(page(text));
      await scene.reads('lit: Rein');
      const { id } = await add('Vessie', 'Lithiase vésicale.');
      await scene.reads(/^lit: (Rein, Vessie|Vessie, Rein)$/);
      await vault.documents.remove(id);
      await scene.reads('lit: Rein');
      scene.render(page(''));
      await scene.reads(':');
      expect(
        rendered.filter((line) => /^(ligament|lig): .*Rein|^(lithiase|lit): .*Genou/.test(line)),
      ).toEqual([]);
    },
  );
});
