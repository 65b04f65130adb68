import { type AnyVault, useAction, useDevice, useDocuments, useGrants } from 'coffret/react';
import { usePerson, useSyncMessage, useVault, VaultProvider } from 'coffret/react';
import { openVaultInWorker } from 'coffret/worker';
import { createRoot } from 'react-dom/client';

function App() {
  const { state, message, create, open } = useDevice();
  const enter = async (form: FormData) => {
    const passphrase = String(form.get('passphrase'));
    if (state === 'locked') await open({ passphrase });
    else await create({ passphrase, server: 'http://localhost:8787' });
  };
  if (state === 'open') return <Home />;
  if (state === 'failed') return <p role="alert">{message}</p>;
  if (state === 'starting' || state === 'opening') return <p role="status">Un instant…</p>;
  return (
    <form action={enter}>
      <label>
        Phrase de passe <input name="passphrase" type="password" required />
      </label>
      <p role="alert">{message}</p>
      <button type="submit">{state === 'locked' ? 'Ouvrir mon coffre' : 'Créer mon coffre'}</button>
    </form>
  );
}

function Home() {
  const vault = useVault();
  const person = usePerson();
  const begin = useAction((form: FormData) =>
    person.createVault({ holder: { birthName: String(form.get('name')) } }),
  );
  if (vault !== null) return vault && <Record vault={vault} />;
  return (
    <form action={(form) => void begin.run(form)}>
      <label>
        Nom de naissance <input name="name" required />
      </label>
      <p role="alert">{begin.message}</p>
      <button type="submit">Commencer le dossier</button>
    </form>
  );
}

function Record({ vault }: { vault: AnyVault }) {
  const person = usePerson();
  const { lock } = useDevice();
  const { data: documents = [] } = useDocuments();
  const { data: grants = [] } = useGrants();
  const add = useAction((file: File, work) => vault.documents.add(file, { category: 'laboratory' }, work));
  const share = useAction(async (form: FormData) => {
    const doctor = await person.people.add(String(form.get('card')));
    await vault.share({ with: doctor, category: 'laboratory' });
  });
  return (
    <>
      <section>
        <h2>{vault.holder?.birthName}</h2>
        <p role="status">{useSyncMessage()}</p>
        <ul>
          {documents.map(({ id, title }) => (
            <li key={id}>{title}</li>
          ))}
        </ul>
        <label>
          {add.pending ? 'Chiffrement…' : 'Ajouter un document'}
          <input type="file" onChange={({ target }) => target.files?.[0] && add.run(target.files[0])} />
        </label>
        <p role="alert">{add.message}</p>
      </section>
      <form action={(form) => void share.run(form)}>
        <h2>Analyses partagées : {grants.length}</h2>
        <label>
          Carte du médecin <input name="card" required />
        </label>
        <p role="alert">{share.message}</p>
        <button type="submit">Partager les analyses</button>
      </form>
      <button type="button" onClick={lock}>
        Verrouiller
      </button>
    </>
  );
}

createRoot(document.querySelector('#root') as Element).render(
  <VaultProvider source={() => openVaultInWorker({ name: 'coffret' })}>
    <App />
  </VaultProvider>,
);
