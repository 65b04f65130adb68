import type { SyncState } from '../index.js';
import { type Language, useLanguage } from './use-explain.js';
import { useSyncState } from './use-person.js';

/** One sentence for each way things may stand; `n` is how many wait to be sent. */
const SENTENCES: Readonly<Record<SyncState['state'], Readonly<Record<Language, (n: number) => string>>>> = {
  synced: { en: () => 'Everything is sent.', fr: () => 'Tout est envoyé.' },
  pending: { en: (n) => `To be sent: ${n}.`, fr: (n) => `À envoyer : ${n}.` },
  offline: {
    en: (n) => `The server cannot be reached; nothing is lost. To be sent: ${n}.`,
    fr: (n) => `Le serveur est injoignable ; rien n'est perdu. À envoyer : ${n}.`,
  },
  stale: {
    en: () => 'No news from the server for a day; there may be more than is shown here.',
    fr: () => "Pas de nouvelles du serveur depuis un jour ; il y a peut-être plus que ce qui s'affiche ici.",
  },
  forked: {
    en: () => 'The server contradicts itself; what was verified stays readable.',
    fr: () => 'Le serveur se contredit ; ce qui a été vérifié reste lisible.',
  },
};

/** A sentence that says how things stand with the server, to show in a `role="status"`; empty while that is not known. */
export function useSyncMessage(): string {
  const { data } = useSyncState();
  const language = useLanguage();
  return data === undefined ? '' : SENTENCES[data.state][language()](data.pending);
}
