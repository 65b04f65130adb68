import { generatePhrase, type PhraseLanguage } from '../keys/phrase.js';
import { createStrongSlot } from '../keys/slots.js';
import type { Session } from './session.js';
import { type Factor, keepOnServer, openRootSeed, removeSlot } from './strong-slots.js';

/** As `person.createRecoveryPhrase`. */
export async function createRecoveryPhrase(
  session: Session,
  options: Factor & { readonly language?: PhraseLanguage },
): Promise<string> {
  const rootSeed = await openRootSeed(session, options);
  const { words, entropy } = await generatePhrase(session.random, options.language ?? 'fr');
  try {
    const { author, personalRoot, index, random } = session;
    const created = session.now();
    const { slotId, bytes } = createStrongSlot({
      ...{ secret: entropy, person: author.person, random, time: created },
      content: { rootSeed, personalRoot, index: index.collection.id },
    });
    await session.transact((transaction) => {
      const former = session.index
        .list('index.slot')
        .filter(({ kind, removed }) => kind === 'phrase' && !removed);
      keepOnServer(session, transaction, { slot: slotId, kind: 'phrase', created, removed: false }, bytes);
      for (const entry of former) removeSlot(session, transaction, entry);
    });
  } finally {
    rootSeed.wipe();
    entropy.wipe();
  }
  return words;
}
