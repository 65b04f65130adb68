import { saveFile } from './save.js';
import { sentencesIn } from './sentences.js';
import type { PreviewRefusal, Stage } from './show.js';
import { appendNote } from './text.js';

/** Says why a document is not shown, and offers to save it. @internal */
export function showDownload({ blob, name, language, root }: Stage, refusal: PreviewRefusal): void {
  const { refusals, save } = sentencesIn(language);
  appendNote(root, refusals[refusal]);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = save;
  button.addEventListener('click', () => saveFile({ blob, name }));
  root.append(button);
}
