// A page, and no program for Node: `test/scenarios/see-a-document.node.test.ts` builds it and opens it in a browser.
import { createPerson } from 'coffret';
import { showPreview } from 'coffret/preview';
import { createMemoryStore } from 'coffret/store';

const passphrase = 'four words I remember';
const alice = await createPerson({ passphrase, store: createMemoryStore(), server: location.origin });
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
const letter = '<h1>Consultation</h1><img src="https://elsewhere.test/seen.gif">';
const file = new File([letter], 'lettre.html', { type: 'text/html' });
const { id } = await vault.documents.add(file, { category: 'report', title: 'A letter that wants to know' });
const container = document.querySelector('main') as HTMLElement;

// #region preview
const preview = await showPreview({
  blob: await vault.documents.blob(id),
  name: vault.documents.get(id)?.name,
  container, // an element of the page
  language: 'fr',
});
console.log(preview.kind); // image, text or pdf; or download: a sentence, and a button that saves the file
// #endregion

const close = document.createElement('button');
close.textContent = 'Fermer';
close.addEventListener('click', () => preview.close());
document.body.append(close);
